/** Writing down a payment; of cash, what was handed over, and the change that the server tells. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { api, type Order, taken } from "../../api/client";
import { complaintAt } from "../../api/problems";
import { ChoiceField, TextField } from "../../parts/field";
import { Window } from "../../parts/window";
import { methodLabel } from "../../text/labels";
import { localeTag } from "../../text/language";
import { isNothing, moneyText, placesOf, typedAmount } from "../../text/money";
import { useShop } from "../data";
import { useDecision } from "./deciding";
import { DialogFoot } from "./foot";
import { Refusal } from "./refusal";

const FIELDS = ["/method", "/amount", "/amount/amount", "/handed_over", "/handed_over/amount", "/reference"];
const CASH = "cash";

export function PaymentDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const shop = useShop();
  const methods = shop?.payment_methods ?? [];
  const [method, setMethod] = useState(order.payment_method ?? methods[0]?.code ?? "card");
  const [amount, setAmount] = useState("");
  const [handed, setHanded] = useState("");
  const [reference, setReference] = useState("");
  const money = (text: string) => ({
    amount: typedAmount(text, placesOf(order.balance)),
    currency: order.currency,
  });
  const decision = useDecision<Record<string, unknown>>({
    order,
    request: (body, headers) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/payments", {
          params: { path: { order_id: order.id } },
          body: body as never,
          headers,
        } as never),
      ),
    done: said,
    onClose,
  });
  const accept = () =>
    decision.send({
      method,
      ...(amount.trim() ? { amount: money(amount) } : {}),
      ...(method === CASH && handed.trim() ? { handed_over: money(handed) } : {}),
      ...(reference.trim() ? { reference: reference.trim() } : {}),
    });
  const complaint = (name: string) =>
    complaintAt(decision.error, `/${name}`) ?? complaintAt(decision.error, `/${name}/amount`);
  return (
    <Window
      title={i18n._("Payment of {number}", { number: order.number })}
      onClose={onClose}
      onAccept={accept}
      narrow
    >
      <div className="padded form">
        <p className="due">
          <span className="quiet">{i18n._("Still due")}</span> <b>{moneyText(order.balance, localeTag())}</b>
        </p>
        <ChoiceField
          label={i18n._("Paid by")}
          value={method}
          onChange={setMethod}
          complaint={complaint("method")}
          options={methods.map(({ code }) => ({ value: code, label: methodLabel(code, methods) }))}
        />
        <TextField
          label={i18n._("Amount")}
          autoFocus
          inputMode="decimal"
          value={amount}
          complaint={complaint("amount")}
          placeholder={order.balance.amount}
          hint={i18n._("Left empty: all that is due.")}
          onChange={(event) => setAmount(event.target.value)}
        />
        {method === CASH && (
          <TextField
            label={i18n._("Handed over")}
            inputMode="decimal"
            value={handed}
            complaint={complaint("handed_over")}
            hint={i18n._("The change is told when it is written down.")}
            onChange={(event) => setHanded(event.target.value)}
          />
        )}
        <TextField
          label={i18n._("Reference (optional)")}
          value={reference}
          complaint={complaint("reference")}
          onChange={(event) => setReference(event.target.value)}
        />
        <Refusal
          order={order}
          error={decision.error}
          version={decision.version}
          fields={FIELDS}
          onLook={decision.lookAgain}
        />
      </div>
      <DialogFoot label={i18n._("Write it down")} busy={decision.busy} onAccept={accept} onClose={onClose} />
    </Window>
  );
}

function said(after: Order): string {
  const last = after.payments[after.payments.length - 1];
  if (last?.change && !isNothing(last.change)) {
    return i18n._("{number} is paid. Change: {change}", {
      number: after.number,
      change: moneyText(last.change, localeTag()),
    });
  }
  const paid = last ? moneyText(last.amount, localeTag()) : "";
  return i18n._("{number}: {paid} written down", { number: after.number, paid });
}
