/** What holds for a file besides its columns: how its dates and amounts are written, and what may follow from it. */

import { i18n } from "@lingui/core";
import { Sheet, Warned } from "../parts/back";
import { ChoiceField, TextField } from "../parts/field";
import type { Options } from "./data";

/** Of whose records those that are here are compared, or led to what the file tells. */
const UPDATED: ReadonlySet<string> = new Set(["products", "customers", "coupons"]);

interface Props {
  options: Options;
  onOptions: (options: Options) => void;
  /** What the file could not prove, in the server's words. */
  asks?: string | undefined;
}

export function OptionsSheet({ options, onOptions, asks }: Props) {
  const set = (name: keyof Options) => (value: string) => onOptions({ ...options, [name]: value });
  if (options.kind === "tracking" || options.kind === "statuses") return null;
  return (
    <Sheet
      title={i18n._("How it is read, and what follows")}
      hint={i18n._("What a file proves by itself need not be said.")}
    >
      {asks && <Warned look="bad">{asks}</Warned>}
      <div className="sheet-form">
        <TextField
          label={i18n._("Currency, where the file tells none")}
          placeholder="EUR"
          maxLength={3}
          value={options.currency ?? ""}
          onChange={(event) => set("currency")(event.target.value.toUpperCase())}
        />
        <ChoiceField
          label={i18n._("Decimal sign")}
          value={options.decimal ?? ""}
          onChange={set("decimal")}
          options={[
            { value: "", label: i18n._("as the file proves") },
            { value: ".", label: "1,234.50" },
            { value: ",", label: "1.234,50" },
          ]}
        />
        {options.kind === "orders" && <OfOrders options={options} set={set} />}
        {UPDATED.has(options.kind) && (
          <ChoiceField
            label={i18n._("Those that are here already")}
            value={options.on_change ?? "report"}
            onChange={set("on_change")}
            options={[
              { value: "report", label: i18n._("leave them and tell me") },
              { value: "update", label: i18n._("bring them to what the file tells") },
            ]}
          />
        )}
      </div>
    </Sheet>
  );
}

interface OfOrdersProps {
  options: Options;
  set: (name: keyof Options) => (value: string) => void;
}

function OfOrders({ options, set }: OfOrdersProps) {
  return (
    <>
      <ChoiceField
        label={i18n._("Dates")}
        value={options.dates ?? ""}
        onChange={set("dates")}
        options={[
          { value: "", label: i18n._("as the file proves") },
          { value: "day-first", label: i18n._("day first (31/03/2026)") },
          { value: "month-first", label: i18n._("month first (03/31/2026)") },
        ]}
      />
      <TextField
        label={i18n._("Time zone, where times tell none")}
        placeholder="Europe/Paris"
        value={options.timezone ?? ""}
        onChange={(event) => set("timezone")(event.target.value)}
      />
      <ChoiceField
        label={i18n._("Stock")}
        value={options.stock ?? "leave"}
        onChange={set("stock")}
        options={[
          { value: "leave", label: i18n._("leave it as it is") },
          { value: "apply", label: i18n._("move it by these orders") },
        ]}
      />
      <ChoiceField
        label={i18n._("Orders that are here and changed since")}
        value={options.on_change ?? "report"}
        onChange={set("on_change")}
        options={[
          { value: "report", label: i18n._("leave them and tell me") },
          { value: "update", label: i18n._("bring them to what the file tells") },
        ]}
      />
      <ChoiceField
        label={i18n._("Names of customers who are here")}
        value={options.customers ?? "keep"}
        onChange={set("customers")}
        options={[
          { value: "keep", label: i18n._("keep the card's") },
          { value: "update", label: i18n._("take the file's") },
        ]}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={options.automations === "true"}
          onChange={(event) => set("automations")(event.target.checked ? "true" : "")}
        />
        {i18n._("Send mails and start sequences for these orders")}
      </label>
    </>
  );
}
