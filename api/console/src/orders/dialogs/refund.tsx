/** Giving money back: by lines, shipping or goodwill, with what it comes to before it is done. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Order, taken } from "../../api/client";
import { complaintAt, complaintsElsewhere } from "../../api/problems";
import { ChoiceField, Complaints, TextField } from "../../parts/field";
import { useSettled } from "../../parts/later";
import { Window } from "../../parts/window";
import { methodLabel } from "../../text/labels";
import { localeTag } from "../../text/language";
import { isNegative, isNothing, moneyText, placesOf, typedAmount } from "../../text/money";
import { useShop } from "../data";
import { useDecision } from "./deciding";
import { DialogFoot } from "./foot";
import { Refusal } from "./refusal";
import { StockTable } from "./stock_table";
import { quantity, UnitsTable } from "./units";

const PARTS = ["shipping", "goodwill", "credit"] as const;
const FIELDS = PARTS.flatMap((name) => [`/${name}`, `/${name}/amount`]);
type Parts = Record<(typeof PARTS)[number], string>;

export function RefundDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const [units, setUnits] = useState<Record<string, string>>({});
  const [parts, setParts] = useState<Parts>({
    shipping: "",
    goodwill: "",
    credit: isNothing(order.credit) ? "" : order.credit.amount,
  });
  const [method, setMethod] = useState(order.payments[0]?.method ?? "card");
  const [restock, setRestock] = useState(false);
  const [reason, setReason] = useState("");
  const body = bodyOf(order, { units, parts, method, restock, reason });
  const preview = usePreview(order, body);
  const decision = useDecision<Record<string, unknown>>({
    order,
    request: (sent, headers) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/refunds", {
          params: { path: { order_id: order.id } },
          body: sent as never,
          headers,
        } as never),
      ),
    done: (after) => i18n._("{number}: the refund is written down", { number: after.number }),
    onClose,
  });
  const accept = () => body && decision.send(body);
  const error = decision.error ?? preview.error;
  return (
    <Window
      title={i18n._("Refund of {number}", { number: order.number })}
      onClose={onClose}
      onAccept={accept}
    >
      <div className="halves">
        <div>
          <UnitsTable
            order={order}
            left={Object.fromEntries(order.items.map((line) => [line.id, Number(line.kept)]))}
            units={units}
            onUnits={setUnits}
            label={i18n._("Units to give back the price of")}
            none
          />
          <label className="check">
            <input type="checkbox" checked={restock} onChange={(event) => setRestock(event.target.checked)} />
            {i18n._("They go back into stock")}
          </label>
          <AmountFields parts={parts} onParts={setParts} error={error} />
          {preview.error && !decision.error && (
            <Complaints sentences={complaintsElsewhere(preview.error, FIELDS)} />
          )}
          <Refusal
            order={order}
            error={decision.error}
            version={decision.version}
            fields={FIELDS}
            onLook={decision.lookAgain}
          />
        </div>
        <div className="aside">
          <Outcome order={order} after={body ? preview.data?.order : undefined} />
          {body && preview.data && preview.data.stock.items.length > 0 && (
            <StockTable items={preview.data.stock.items} />
          )}
          <Method method={method} onMethod={setMethod} />
          <TextField
            label={i18n._("Reason (optional)")}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
      </div>
      <DialogFoot
        label={i18n._("Give it back")}
        busy={decision.busy}
        disabled={!body || !preview.data}
        onAccept={accept}
        onClose={onClose}
      />
    </Window>
  );
}

function Method({ method, onMethod }: { method: string; onMethod: (method: string) => void }) {
  const methods = useShop()?.payment_methods ?? [];
  const options = methods.map(({ code }) => ({ value: code, label: methodLabel(code, methods) }));
  return <ChoiceField label={i18n._("Given back by")} value={method} onChange={onMethod} options={options} />;
}

function AmountFields({
  parts,
  onParts,
  error,
}: {
  parts: Parts;
  onParts: (parts: Parts) => void;
  error: unknown;
}) {
  const labels = {
    shipping: i18n._("Shipping"),
    goodwill: i18n._("Goodwill"),
    credit: i18n._("Paid too much"),
  };
  return (
    <div className="triple">
      {PARTS.map((name) => (
        <TextField
          key={name}
          label={labels[name]}
          inputMode="decimal"
          placeholder="0"
          value={parts[name]}
          complaint={complaintAt(error, `/${name}`) ?? complaintAt(error, `/${name}/amount`)}
          onChange={(event) => onParts({ ...parts, [name]: event.target.value })}
        />
      ))}
    </div>
  );
}

/** What the refund comes to, and what the customer owes or is owed after it. */
function Outcome({ order, after }: { order: Order; after: Order | undefined }) {
  const locale = localeTag();
  const made = after?.refunds[after.refunds.length - 1];
  const balance = after?.balance ?? order.balance;
  return (
    <dl className="figures">
      <dt className="total">{i18n._("Refund")}</dt>
      <dd className="total">{made ? moneyText(made.amount, locale) : "—"}</dd>
      <dt>{i18n._("Paid so far")}</dt>
      <dd>{moneyText(order.paid, locale)}</dd>
      <dt>{i18n._("Given back before")}</dt>
      <dd>{moneyText(order.refunded, locale)}</dd>
      <dt>{i18n._("Balance after it")}</dt>
      <dd className={isNegative(balance) ? "late" : undefined}>{moneyText(balance, locale)}</dd>
    </dl>
  );
}

interface Typed {
  units: Record<string, string>;
  parts: Parts;
  method: string;
  restock: boolean;
  reason: string;
}

/** The request; null while nothing was typed that money would go back for. */
function bodyOf(
  order: Order,
  { units, parts, method, restock, reason }: Typed,
): Record<string, unknown> | null {
  const places = placesOf(order.total);
  const items = Object.entries(units)
    .filter(([, text]) => text.trim() !== "" && !/^0+$/.test(text.trim()))
    .map(([item, text]) => ({ item, quantity: quantity(text.trim()) }));
  const amounts = PARTS.filter((name) => parts[name].trim() !== "").map((name) => [
    name,
    { amount: typedAmount(parts[name], places), currency: order.currency },
  ]);
  if (items.length === 0 && amounts.length === 0) return null;
  return {
    ...(items.length ? { items } : {}),
    ...Object.fromEntries(amounts),
    ...(restock ? { restock } : {}),
    ...(reason.trim() ? { reason: reason.trim() } : {}),
    method,
  };
}

function usePreview(order: Order, body: Record<string, unknown> | null) {
  const text = useSettled(JSON.stringify(body), 150);
  return useQuery({
    queryKey: ["refund", order.id, order.version, text],
    queryFn: ({ signal }) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/refunds/preview", {
          params: { path: { order_id: order.id } },
          body: JSON.parse(text),
          signal,
        }),
      ),
    enabled: text !== "null",
    staleTime: 0,
    retry: false,
  });
}
