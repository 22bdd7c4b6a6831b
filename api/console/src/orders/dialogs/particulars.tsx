/** Who looks after an order, where it came from, how it is paid and sent: what was changed of them is written. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, type Order, taken, writing } from "../../api/client";
import { complaintAt } from "../../api/problems";
import { ChoiceField, TextField } from "../../parts/field";
import { Window } from "../../parts/window";
import { methodLabel } from "../../text/labels";
import { useShop } from "../data";
import { useDecision } from "./deciding";
import { DialogFoot } from "./foot";
import { Refusal } from "./refusal";

const PLACES = {
  operator: ["/api/v1/orders/{order_id}/operator", "operator"],
  source: ["/api/v1/orders/{order_id}/source", "source"],
  payment_method: ["/api/v1/orders/{order_id}/payment-method", "method"],
  shipping_method: ["/api/v1/orders/{order_id}/shipping-method", "method"],
} as const;

type Name = keyof typeof PLACES;
type Typed = Record<Name, string>;

const NAMES = Object.keys(PLACES) as Name[];
const FIELDS = ["/operator", "/source", "/method"];
const LASTING_MS = 300_000;

/** One request for each that changed, each on the version that the one before it made. */
async function write(order: Order, typed: Typed, headers: Record<string, string>): Promise<Order> {
  let after: Order | undefined;
  for (const name of NAMES) {
    if (typed[name] === (order[name] ?? "")) continue;
    const [path, field] = PLACES[name];
    const own = after ? writing(`${headers["Idempotency-Key"]}.${name}`, after.version) : headers;
    const params = { path: { order_id: order.id } };
    const body = { [field]: typed[name] || null };
    after = (await taken(api.PUT(path, { params, body: body as never, headers: own } as never))) as Order;
  }
  return after ?? order;
}

export function ParticularsDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const [first] = useState(order);
  const [typed, setTyped] = useState<Typed>(
    () => Object.fromEntries(NAMES.map((name) => [name, order[name] ?? ""])) as Typed,
  );
  const set = (name: Name) => (value: string) => setTyped({ ...typed, [name]: value });
  const decision = useDecision<Typed>({
    order,
    request: (body, headers) => write(first, body, headers),
    done: (after) => i18n._("{number} is changed.", { number: after.number }),
    onClose,
  });
  const changed = NAMES.some((name) => typed[name] !== (first[name] ?? ""));
  const accept = () => changed && decision.send(typed);
  return (
    <Window
      title={i18n._("Particulars of {number}", { number: order.number })}
      onClose={onClose}
      onAccept={accept}
      narrow
    >
      <div className="padded form pair">
        <Fields typed={typed} set={set} error={decision.error} first={first} />
        <Refusal
          order={order}
          error={decision.error}
          version={decision.version}
          fields={FIELDS}
          onLook={decision.lookAgain}
        />
      </div>
      <DialogFoot
        label={i18n._("Keep the particulars")}
        busy={decision.busy}
        disabled={!changed}
        onAccept={accept}
        onClose={onClose}
      />
    </Window>
  );
}

interface FieldsProps {
  typed: Typed;
  set: (name: Name) => (value: string) => void;
  error: unknown;
  first: Order;
}

function Fields({ typed, set, error, first }: FieldsProps) {
  const id = useId();
  const shop = useShop();
  const { data: operators } = useQuery({
    queryKey: ["operators"],
    queryFn: ({ signal }) => taken(api.GET("/api/v1/operators/names", { signal })),
    staleTime: LASTING_MS,
  });
  const { data: sources } = useQuery({
    queryKey: ["sources"],
    queryFn: ({ signal }) => taken(api.GET("/api/v1/meta/sources", { signal })),
    staleTime: LASTING_MS,
  });
  const usernames = operators?.items.map((each) => each.username) ?? [];
  const names = ["", ...new Set([first.operator ?? "", ...usernames])].filter((each, at) => each || at === 0);
  const paying = shop?.payment_methods ?? [];
  const sending = shop?.shipping_methods ?? [];
  // A way to pay or to send that was chosen is changed for another one, never for none.
  const methods = (known: readonly { code: string; label: string }[], chosen: string | null) =>
    [
      ...(chosen ? [] : [""]),
      ...new Set([...(chosen ? [chosen] : []), ...known.map(({ code }) => code)]),
    ].map((code) => ({ value: code, label: code ? methodLabel(code, known) : "—" }));
  return (
    <>
      <ChoiceField
        label={i18n._("Operator")}
        value={typed.operator}
        complaint={complaintAt(error, "/operator")}
        onChange={set("operator")}
        options={names.map((name) => ({ value: name, label: name || "—" }))}
      />
      <TextField
        label={i18n._("Source")}
        list={id}
        value={typed.source}
        complaint={complaintAt(error, "/source")}
        onChange={(event) => set("source")(event.target.value)}
      />
      <datalist id={id}>
        {sources?.items.map((each) => (
          <option key={each.value} value={each.value} />
        ))}
      </datalist>
      <ChoiceField
        label={i18n._("Payment")}
        value={typed.payment_method}
        onChange={set("payment_method")}
        options={methods(paying, first.payment_method)}
      />
      <ChoiceField
        label={i18n._("Shipping")}
        value={typed.shipping_method}
        complaint={complaintAt(error, "/method")}
        onChange={set("shipping_method")}
        options={methods(sending, first.shipping_method)}
      />
    </>
  );
}
