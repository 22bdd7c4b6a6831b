/** Issues an invoice for an order, or a credit note for money that went back. */

import { i18n } from "@lingui/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, type Order, taken, writing } from "../api/client";
import { useNumbered } from "../orders/numbered";
import { Button } from "../parts/button";
import { ChoiceField, Complaints, TextField } from "../parts/field";
import { say } from "../parts/notices";
import { complaintOf, complaintsBeside } from "../parts/refused";
import { Window } from "../parts/window";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import type { Issuing } from "./document_list";

const PLACES = ["/payment_days", "/buyer_reference"];

export default function IssueWindow({ issuing, onClose }: { issuing: Issuing; onClose: () => void }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState(issuing.number);
  const [kind, setKind] = useState(issuing.kind);
  const [days, setDays] = useState("");
  const [reference, setReference] = useState("");
  const [refund, setRefund] = useState("");
  const { order } = useNumbered(typed);
  const refunds = order?.refunds.filter((each) => !each.withdrawn_at) ?? [];
  const chosen = refund || (refunds.at(-1)?.id ?? "");
  const sent = useRef({ text: "", key: "" });
  const issue = useMutation({
    mutationFn: async () => {
      if (!order) return null;
      const body = {
        kind,
        ...(kind === "credit_note" && chosen && { refund: chosen }),
        ...(kind === "invoice" && days.trim() && { payment_days: Number(days) }),
        ...(kind === "invoice" && reference.trim() && { buyer_reference: reference.trim() }),
      };
      const text = JSON.stringify([order.id, body]);
      if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
      return taken(
        api.POST("/api/v1/orders/{order_id}/documents", {
          params: { path: { order_id: order.id } },
          body,
          headers: writing(sent.current.key),
        } as never),
      ) as Promise<{ number: string }>;
    },
    onSuccess: (made) => {
      if (!made) return;
      for (const name of ["register", "documents"]) void client.invalidateQueries({ queryKey: [name] });
      say(i18n._("{number} is issued.", { number: made.number }));
      onClose();
    },
  });
  const can = order !== undefined && !issue.isPending && (kind === "invoice" || chosen !== "");
  const accept = () => can && issue.mutate();
  return (
    <Window title={i18n._("Issue a document")} onClose={onClose} onAccept={accept} narrow>
      <div className="padded form">
        <ChoiceField
          label={i18n._("What")}
          value={kind}
          onChange={(value) => setKind(value as Issuing["kind"])}
          options={[
            { value: "invoice", label: i18n._("Invoice") },
            { value: "credit_note", label: i18n._("Credit note") },
          ]}
        />
        <TextField
          label={i18n._("Number of the order")}
          value={typed}
          hint={orderHint(typed, order)}
          onChange={(event) => setTyped(event.target.value)}
        />
        {kind === "invoice" && (
          <div className="pair">
            <TextField
              label={i18n._("Days to pay")}
              inputMode="numeric"
              value={days}
              complaint={complaintOf(issue.error, "/payment_days")}
              onChange={(event) => setDays(event.target.value)}
            />
            <TextField
              label={i18n._("The buyer's reference")}
              value={reference}
              complaint={complaintOf(issue.error, "/buyer_reference")}
              onChange={(event) => setReference(event.target.value)}
            />
          </div>
        )}
        {kind === "credit_note" && order && <Refunds refunds={refunds} value={chosen} onChange={setRefund} />}
        <Complaints sentences={complaintsBeside(issue.error, PLACES)} />
      </div>
      <footer>
        <span className="quiet grow">{i18n._("A number is given for ever.")}</span>
        <Button onClick={onClose}>{i18n._("Cancel")}</Button>
        <Button look="primary" shortcut="Ctrl ↵" disabled={!can} onClick={accept}>
          {i18n._("Issue")}
        </Button>
      </footer>
    </Window>
  );
}

function orderHint(typed: string, order: Order | undefined): string {
  if (!typed.trim()) return "";
  if (!order) return i18n._("There is no such order.");
  return [order.billing_address?.name, moneyText(order.total, localeTag())].filter(Boolean).join(" · ");
}

interface RefundsProps {
  refunds: Order["refunds"];
  value: string;
  onChange: (refund: string) => void;
}

function Refunds({ refunds, value, onChange }: RefundsProps) {
  if (refunds.length === 0) {
    return (
      <p className="quiet">
        {i18n._("No money went back for this order: give it back first, on the order's page.")}
      </p>
    );
  }
  return (
    <ChoiceField
      label={i18n._("For which refund")}
      value={value}
      onChange={onChange}
      options={refunds.map((each) => ({
        value: each.id,
        label: `${each.id} · ${moneyText(each.amount, localeTag())}`,
      }))}
    />
  );
}
