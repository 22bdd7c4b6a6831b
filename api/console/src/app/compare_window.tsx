/** What is shown of the past beside the present: an order field by field, a list by how many it has. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { api, type FieldChange, type Money, taken } from "../api/client";
import { type Instant, PRESENTLY } from "../api/past_requests";
import { Window } from "../parts/window";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import { instantText } from "./past_banner";

interface Props {
  instant: Instant;
  onClose: () => void;
}

const ORDER = /^\/orders\/([0-9a-f-]{36})$/;
const LISTS = { "/orders": "orders", "/customers": "customers", "/stock": "stock" } as const;

export default function CompareWindow({ instant, onClose }: Props) {
  const { pathname, search } = useRouterState({ select: (state) => state.location });
  const order = ORDER.exec(pathname)?.[1];
  const list = LISTS[pathname as keyof typeof LISTS];
  return (
    <Window title={i18n._("Compare with today")} onClose={onClose}>
      <div className="compared">
        {order && <OrderCompared id={order} instant={instant} />}
        {list && <ListCompared list={list} filters={search as Record<string, unknown>} instant={instant} />}
        {!order && !list && <p className="quiet">{i18n._("Open a list or an order to compare it.")}</p>}
      </div>
    </Window>
  );
}

function OrderCompared({ id, instant }: { id: string; instant: Instant }) {
  const { data } = useQuery({
    queryKey: ["compared", id, instant],
    queryFn: ({ signal }) => {
      const from = instant.axis === "as_of" ? { from_as_of: instant.at } : { from_known_at: instant.at };
      const params = { path: { order_id: id }, query: from };
      return taken(api.GET("/api/v1/orders/{order_id}/diff", { params, headers: PRESENTLY, signal }));
    },
    staleTime: 0,
  });
  if (!data) return <p className="quiet">{i18n._("Comparing…")}</p>;
  const told = data.fields.filter(isTold);
  if (told.length === 0) return <p>{i18n._("Nothing is otherwise today.")}</p>;
  return (
    <Compared
      instant={instant}
      rows={told.map(({ pointer, before, after }) => ({
        name: pointer.slice(1).replaceAll("/", " · ").replaceAll("_", " "),
        past: valueText(before),
        now: valueText(after),
      }))}
    />
  );
}

interface ListProps {
  list: "orders" | "customers" | "stock";
  filters: Record<string, unknown>;
  instant: Instant;
}

function ListCompared({ list, filters, instant }: ListProps) {
  const { at: _, view: __, sku: ___, ...narrowed } = filters;
  const count = async (present: boolean, signal: AbortSignal) => {
    const query = { ...narrowed, limit: 1, count: "exact" } as never;
    const headers = present ? PRESENTLY : {};
    const answer = await taken(
      api.GET(`/api/v1/${list}` as "/api/v1/orders", { params: { query }, headers, signal }),
    );
    return answer.count?.value ?? 0;
  };
  const { data } = useQuery({
    queryKey: ["compared", list, narrowed, instant],
    queryFn: async ({ signal }) => {
      const [past, now] = await Promise.all([count(false, signal), count(true, signal)]);
      return { past, now };
    },
    staleTime: 0,
  });
  if (!data) return <p className="quiet">{i18n._("Comparing…")}</p>;
  const number = new Intl.NumberFormat(localeTag());
  const row = { name: i18n._("In this list"), past: number.format(data.past), now: number.format(data.now) };
  return <Compared instant={instant} rows={[row]} />;
}

interface Row {
  name: string;
  past: string;
  now: string;
}

function Compared({ instant, rows }: { instant: Instant; rows: readonly Row[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th />
          <th>{instantText(instant.at)}</th>
          <th>{i18n._("Today")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, past, now }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{past}</td>
            <td>{now}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is of the machine alone is left out. */
const isTold = ({ pointer, before, after }: FieldChange) =>
  !/\/(id|line_taxes|customer_id)$/.test(pointer) && valueText(before) !== valueText(after);

const isMoney = (value: unknown): value is Money =>
  typeof value === "object" && value !== null && "amount" in value && "currency" in value;

function valueText(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (isMoney(value)) return moneyText(value, localeTag());
  if (Array.isArray(value)) return value.map(valueText).join(", ") || "–";
  if (typeof value === "object") return Object.values(value).map(valueText).join(" · ");
  return String(value);
}
