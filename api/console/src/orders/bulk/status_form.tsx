/** Many orders to another status: one answer about stock, about money due and about mails for all of them. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { ChoiceField } from "../../parts/field";
import { statusLabel } from "../../text/labels";
import { useShop } from "../data";
import { type StockChoice, StockChoiceField } from "../dialogs/stock_table";
import type { BulkFacts } from "./asking";
import { type FormProps, Reason, reasonOf } from "./reason";

interface Typed {
  status: string;
  stock: StockChoice;
  /** Null: as the status has it. */
  mails: boolean | null;
  owing: boolean;
  reason: string;
}

const FIRST: Typed = { status: "", stock: "apply", mails: null, owing: false, reason: "" };

export function StatusForm({ preview, onChange }: FormProps) {
  const shop = useShop();
  const [typed, setTyped] = useState(FIRST);
  const statuses = shop?.statuses ?? [];
  const target = statuses.find((each) => each.code === typed.status);
  const moves = target !== undefined && (target.deducts_stock || target.restores_stock);
  const change = (part: Partial<Typed>) => {
    const next = { ...typed, ...part };
    setTyped(next);
    onChange(
      factsOf(
        next,
        statuses.find((each) => each.code === next.status),
      ),
    );
  };
  const owes = preview?.refused.some((each) => each.code === "balance-confirmation-required");
  return (
    <>
      <ChoiceField
        label={i18n._("New status")}
        value={typed.status}
        onChange={(status) => change({ status, mails: null, owing: false })}
        options={[
          { value: "", label: i18n._("Choose…") },
          ...statuses.map((each) => ({ value: each.code, label: statusLabel(each) })),
        ]}
      />
      {moves && preview && preview.stock.length > 0 && (
        <StockChoiceField items={preview.stock} value={typed.stock} onChange={(stock) => change({ stock })} />
      )}
      {(owes || typed.owing) && (
        <label className="check">
          <input
            type="checkbox"
            checked={typed.owing}
            onChange={(event) => change({ owing: event.target.checked })}
          />
          {i18n._("Also those that are not paid in full")}
        </label>
      )}
      {target && (
        <label className="check">
          <input
            type="checkbox"
            checked={typed.mails ?? target.notifies_customer}
            onChange={(event) => change({ mails: event.target.checked })}
          />
          {i18n._("Tell the customers by mail")}
        </label>
      )}
      <Reason value={typed.reason} onChange={(reason) => change({ reason })} />
    </>
  );
}

type Target = NonNullable<ReturnType<typeof useShop>>["statuses"][number];

/** The request as it was decided: nothing is left to what the server would assume. */
function factsOf(
  { status, stock, mails, owing, reason }: Typed,
  target: Target | undefined,
): BulkFacts | null {
  if (!target) return null;
  const told = mails ?? target.notifies_customer;
  return {
    status,
    notify: [
      ...(told ? (["customer"] as const) : []),
      ...(target.notifies_administrators ? (["administrators"] as const) : []),
    ],
    ...(target.deducts_stock || target.restores_stock ? { stock } : {}),
    ...(owing ? { balance: "accept" as const } : {}),
    ...reasonOf(reason),
  };
}
