/** How a file is read that no platform is known by: each column, what it holds, and what it is read as. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, taken } from "../api/client";
import { useMay } from "../app/session";
import { Sheet, useAct, Warned } from "../parts/back";
import { Button } from "../parts/button";
import { ChoiceField, TextField } from "../parts/field";
import { DataTable, type TableColumn } from "../parts/table";
import { stageLabel } from "../text/labels";
import { mappingsQuery, type Proposal, type ProposedColumn } from "./data";
import { type FieldGroup, fieldGroups, fieldLabel } from "./field_words";
import { type Fields, fieldsOf, mappingName, valueAtTop, withFields, withValue } from "./mapping_text";
import { certaintyLabel } from "./words";

const STAGES = ["pending", "processing", "on_hold", "shipped", "completed", "cancelled"];

interface Props {
  proposal: Proposal;
  text: string;
  onText: (text: string) => void;
}

export function MappingSheet({ proposal, text, onText }: Props) {
  const fields = fieldsOf(text);
  const isMissing = fields !== null && !fields.number;
  return (
    <Sheet
      title={i18n._("What the columns hold")}
      hint={i18n._(
        "No platform writes files like this one, so its columns were guessed. Correct what is wrong.",
      )}
      actions={<KeptMappings proposal={proposal} onText={onText} />}
    >
      {isMissing && <Warned>{i18n._("No column is the order's number: choose the one that is.")}</Warned>}
      {fields ? (
        <Columns proposal={proposal} fields={fields} onFields={(next) => onText(withFields(text, next))} />
      ) : (
        <Warned>
          {i18n._("This mapping says more than a list of columns can show: change its text below.")}
        </Warned>
      )}
      <Values text={text} onText={onText} />
      <WholeText text={text} onText={onText} />
      <SaveAs text={text} />
    </Sheet>
  );
}

function KeptMappings({ proposal, onText }: Pick<Props, "proposal" | "onText">) {
  const { data: mappings = [] } = useQuery(mappingsQuery);
  if (mappings.length === 0) return null;
  const fitting = new Set(proposal.kept);
  const options = [
    { value: "", label: i18n._("as guessed") },
    ...mappings.map(({ name }) => ({
      value: name,
      label: fitting.has(name) ? i18n._("{name} (fits)", { name }) : name,
    })),
  ];
  return (
    <ChoiceField
      label={i18n._("Kept mapping")}
      value=""
      options={options}
      onChange={(name) => onText(mappings.find((each) => each.name === name)?.mapping ?? proposal.mapping)}
    />
  );
}

interface ColumnsProps {
  proposal: Proposal;
  fields: Fields;
  onFields: (fields: Fields) => void;
}

function Columns({ proposal, fields, onFields }: ColumnsProps) {
  const groups = fieldGroups(proposal.field_names);
  const fieldOf = new Map(Object.entries(fields).map(([field, column]) => [column, field]));
  const choose = (column: string, field: string) => {
    const others = Object.entries(fields).filter(([name, held]) => held !== column && name !== field);
    onFields(Object.fromEntries(field ? [...others, [field, column]] : others));
  };
  const columns: TableColumn<ProposedColumn>[] = [
    {
      key: "column",
      head: i18n._("Column"),
      cell: ({ column }) => <b className={fieldOf.has(column) ? undefined : "left-out"}>{column}</b>,
    },
    { key: "samples", head: i18n._("Samples"), cell: ({ samples }) => samples.join(" · ") },
    {
      key: "field",
      head: i18n._("Read as"),
      cell: ({ column }) => (
        <FieldChoice
          column={column}
          groups={groups}
          value={fieldOf.get(column) ?? ""}
          onChange={(field) => choose(column, field)}
        />
      ),
    },
    {
      key: "certainty",
      head: i18n._("How sure"),
      cell: (each) => <Certainty proposed={each} field={fieldOf.get(each.column) ?? ""} />,
    },
  ];
  return (
    <DataTable
      label={i18n._("Columns of the file")}
      columns={columns}
      rows={proposal.columns}
      keyOf={(each) => each.column}
      empty={i18n._("The file has no columns.")}
    />
  );
}

/** How sure the guess was, and why; what was chosen instead is said to be. */
function Certainty({ proposed, field }: { proposed: ProposedColumn; field: string }) {
  if (field !== proposed.field) return <span className="quiet">{i18n._("chosen by you")}</span>;
  return (
    <span title={proposed.why} className={proposed.certainty === "perhaps" ? "low" : "quiet"}>
      {certaintyLabel(proposed.certainty)}
    </span>
  );
}

interface ChoiceProps {
  column: string;
  groups: readonly FieldGroup[];
  value: string;
  onChange: (field: string) => void;
}

function FieldChoice({ column, groups, value, onChange }: ChoiceProps) {
  return (
    <select
      className="input field-choice"
      aria-label={i18n._("{column} is read as", { column })}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{i18n._("left out")}</option>
      {groups.map((group) => (
        <optgroup key={group.label} label={group.label}>
          {group.fields.map((field) => (
            <option key={field} value={field}>
              {fieldLabel(field)}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}

/** What holds for all rows where no column tells it. */
function Values({ text, onText }: Pick<Props, "text" | "onText">) {
  const stages = [
    { value: "", label: i18n._("as the file tells, else completed") },
    ...STAGES.map((value) => ({ value, label: stageLabel(value) })),
  ];
  return (
    <div className="sheet-form">
      <TextField
        label={i18n._("The shop's name")}
        hint={i18n._("With its number it makes an order's identity.")}
        value={valueAtTop(text, "source") ?? ""}
        onChange={(event) => onText(withValue(text, "source", event.target.value))}
      />
      <ChoiceField
        label={i18n._("Where all orders stand")}
        value={valueAtTop(text, "stage") ?? ""}
        onChange={(value) => onText(withValue(text, "stage", value || null))}
        options={stages}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={valueAtTop(text, "paid") === "true"}
          onChange={(event) => onText(withValue(text, "paid", event.target.checked || null))}
        />
        {i18n._("All of them were paid")}
      </label>
    </div>
  );
}

function WholeText({ text, onText }: Pick<Props, "text" | "onText">) {
  const id = useId();
  return (
    <details className="columns-read whole-text">
      <summary>{i18n._("The whole mapping as text")}</summary>
      <label htmlFor={id} className="hidden-text">
        {i18n._("The whole mapping as text")}
      </label>
      <textarea
        id={id}
        className="input"
        rows={14}
        spellCheck={false}
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
    </details>
  );
}

function SaveAs({ text }: { text: string }) {
  const may = useMay()("settings:write");
  const [name, setName] = useState("");
  const saving = useAct({
    act: (chosen: string) =>
      taken(
        api.PUT("/api/v1/imports/mappings/{name}", {
          params: { path: { name: chosen } },
          body: { mapping: text },
        }),
      ),
    done: (kept) => i18n._("Kept as {name}: it is offered for files like this one.", { name: kept.name }),
    renews: ["mappings"],
  });
  if (!may) return null;
  const chosen = mappingName(name);
  return (
    <div className="sheet-foot">
      <label className="line">
        <span className="quiet">{i18n._("Keep this mapping as")}</span>
        <input
          className="input"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && chosen && saving.mutate(chosen)}
        />
      </label>
      <Button disabled={!chosen || saving.isPending} onClick={() => saving.mutate(chosen)}>
        {i18n._("Keep")}
      </Button>
    </div>
  );
}
