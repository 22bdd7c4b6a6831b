/** What is asked before something is done to many orders, by what is done. */

import { i18n } from "@lingui/core";
import { type ReactNode, useState } from "react";
import { ChoiceField } from "../../parts/field";
import { usePicked } from "../list/picked";
import type { BulkFacts } from "./asking";
import type { BulkKind } from "./kinds";
import { type FormProps, Reason, reasonOf } from "./reason";
import { StatusForm } from "./status_form";
import { TagsForm } from "./tags_form";

interface Form {
  Form: (props: FormProps) => ReactNode;
  first: BulkFacts | null;
}

const NOBODY = "-";
const HOURS = ["24", "72", "168", "720"];

export const FORMS: Record<BulkKind, Form> = {
  status: { Form: StatusForm, first: null },
  tags: { Form: TagsForm, first: null },
  operator: { Form: OperatorForm, first: null },
  archive: { Form: ReasonForm, first: {} },
  unarchive: { Form: ReasonForm, first: {} },
  print: { Form: PrintForm, first: { kind: "receipt", paper: "a4" } },
  export: { Form: ExportForm, first: { list: "orders", format: "xlsx" } },
  resend: { Form: ResendForm, first: {} },
  "payment-link": { Form: LinkForm, first: { hours: 72 } },
};

function ReasonForm({ onChange }: FormProps) {
  const [reason, setReason] = useState("");
  return (
    <Reason
      value={reason}
      onChange={(next) => {
        setReason(next);
        onChange(reasonOf(next));
      }}
    />
  );
}

function OperatorForm({ onChange }: FormProps) {
  const names = usePicked({ name: "operator", kind: "picked" });
  const [operator, setOperator] = useState("");
  const [reason, setReason] = useState("");
  const become = (name: string, why: string) => {
    setOperator(name);
    setReason(why);
    onChange(name ? { operator: name === NOBODY ? "" : name, ...reasonOf(why) } : null);
  };
  const options = [
    { value: "", label: i18n._("Choose…") },
    ...names,
    { value: NOBODY, label: i18n._("Nobody") },
  ];
  return (
    <>
      <ChoiceField
        label={i18n._("Operator")}
        value={operator}
        onChange={(name) => become(name, reason)}
        options={options}
      />
      <Reason value={reason} onChange={(why) => become(operator, why)} />
    </>
  );
}

function PrintForm({ facts, onChange }: FormProps) {
  const papers: [string, BulkFacts, string][] = [
    ["a4", { kind: "receipt", paper: "a4" }, i18n._("Receipts on A4")],
    ["80mm", { kind: "receipt", paper: "80mm" }, i18n._("Receipts on 80 mm")],
    ["slip", { kind: "packing_slip", paper: "a4" }, i18n._("Packing slips")],
    ["invoice", { kind: "invoice", paper: "a4" }, i18n._("Invoices")],
  ];
  const chosen = papers.find(([, each]) => each.kind === facts?.kind && each.paper === facts?.paper);
  return (
    <>
      <ChoiceField
        label={i18n._("Papers")}
        value={chosen?.[0] ?? "a4"}
        onChange={(name) => onChange(papers.find(([each]) => each === name)?.[1] ?? null)}
        options={papers.map(([value, , label]) => ({ value, label }))}
      />
      <p className="quiet">{i18n._("One file, in the order of the list. It says when it is ready.")}</p>
    </>
  );
}

function ExportForm({ facts, onChange }: FormProps) {
  const formats: [NonNullable<BulkFacts["format"]>, string][] = [
    ["xlsx", i18n._("Excel workbook")],
    ["csv", "CSV"],
    ["csv-bom", i18n._("CSV for Excel")],
    ["csv-fr", i18n._("CSV with semicolons")],
    ["jsonl", "JSON Lines"],
  ];
  const change = (part: Partial<BulkFacts>) => onChange({ ...facts, ...part });
  return (
    <div className="pair">
      <ChoiceField
        label={i18n._("What")}
        value={facts?.list ?? "orders"}
        onChange={(list) => change({ list: list as "orders" | "order-lines" })}
        options={[
          { value: "orders", label: i18n._("A row for each order") },
          { value: "order-lines", label: i18n._("A row for each line") },
        ]}
      />
      <ChoiceField
        label={i18n._("Format")}
        value={facts?.format ?? "xlsx"}
        onChange={(format) => change({ format: format as NonNullable<BulkFacts["format"]> })}
        options={formats.map(([value, label]) => ({ value, label }))}
      />
    </div>
  );
}

function ResendForm() {
  return <p>{i18n._("Each customer gets the last mail about the order once more, as it was written.")}</p>;
}

function LinkForm({ facts, onChange }: FormProps) {
  return (
    <>
      <p>
        {i18n._(
          "Each customer gets a link by mail to pay what is due. Orders with nothing due are left out.",
        )}
      </p>
      <ChoiceField
        label={i18n._("Good for")}
        value={String(facts?.hours ?? 72)}
        onChange={(hours) => onChange({ hours: Number(hours) })}
        options={HOURS.map((value) => ({
          value,
          label: i18n._("{days, plural, one {# day} other {# days}}", { days: Number(value) / 24 }),
        }))}
      />
    </>
  );
}
