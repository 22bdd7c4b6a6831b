/** A filter is chosen in two steps: what to filter by, then its value. */

import { i18n } from "@lingui/core";
import { type FormEvent, useState } from "react";
import { Button, Key } from "../../parts/button";
import { TextField } from "../../parts/field";
import { Icon } from "../../parts/icon";
import { PickList } from "../../parts/pick_list";
import { Popup } from "../../parts/popup";
import { typedAmount } from "../../text/money";
import type { FilterField } from "../filters";
import { isMany, type ListSearch, withFilter } from "../search";
import { usePicked } from "./picked";

const SHOP_PLACES = 2;

interface Props {
  fields: readonly FilterField[];
  /** The one whose values are chosen at once. */
  first: FilterField | undefined;
  search: ListSearch;
  go: (search: ListSearch) => void;
  onClose: () => void;
}

export default function FilterMenu({ fields, first, search, go, onClose }: Props) {
  const [field, setField] = useState<FilterField | null>(first ?? null);
  const set = (value: string) => {
    if (!field) return;
    const values = isMany(field.name) ? [...new Set([...chosen(search, field), value])] : value;
    go(withFilter(search, field.name, value ? values : undefined));
    onClose();
  };
  const toggle = (value: string) => {
    if (!field) return;
    const before = chosen(search, field);
    const rest = before.filter((each) => each !== value);
    go(withFilter(search, field.name, rest.length < before.length ? rest : [...before, value]));
  };
  const trigger = (
    <button type="button" className="chip add">
      <Icon name="filter" />
      {i18n._("Filter")}
    </button>
  );
  return (
    <Popup label={i18n._("Filter")} open onOpen={(open) => !open && onClose()} trigger={trigger}>
      {field === null ? (
        <PickList
          key="field"
          label={i18n._("Filter by…")}
          choices={fields.map(({ name, label }) => ({ value: name, label }))}
          onPick={(name) => setField(fields.find((each) => each.name === name) ?? null)}
        />
      ) : field.kind === "choice" || field.kind === "picked" ? (
        <Picked key={field.name} field={field} search={search} onPick={set} onToggle={toggle} />
      ) : (
        <Typed field={field} before={search[field.name]} onSet={set} />
      )}
    </Popup>
  );
}

const chosen = (search: ListSearch, { name }: FilterField): string[] => {
  const value = search[name];
  return Array.isArray(value) ? value : [];
};

interface PickedProps {
  field: FilterField;
  search: ListSearch;
  onPick: (value: string) => void;
  onToggle: (value: string) => void;
}

/** The values of a filter: several where it repeats. */
function Picked({ field, search, onPick, onToggle }: PickedProps) {
  const asked = usePicked(field);
  const marked = chosen(search, field);
  const known = [...(field.choices ?? []), ...asked];
  const choices = [...known, ...marked.map((value) => ({ value, label: value }))].filter(
    ({ value }, place, all) => all.findIndex((each) => each.value === value) === place,
  );
  if (!isMany(field.name)) return <PickList label={field.label} choices={choices} onPick={onPick} />;
  return (
    <>
      <PickList
        label={field.label}
        choices={choices}
        onPick={onPick}
        marked={marked}
        onToggle={onToggle}
        {...(field.kind === "picked" ? { onNew: onPick } : {})}
      />
      <p className="menu-hint">
        <Key>⇧ ↵</Key> {i18n._("picks several")}
      </p>
    </>
  );
}

function Typed({
  field,
  before,
  onSet,
}: {
  field: FilterField;
  before: unknown;
  onSet: (value: string) => void;
}) {
  const [value, setValue] = useState(typeof before === "string" ? before : "");
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSet(field.kind === "amount" && value ? typedAmount(value, SHOP_PLACES) : value.trim());
  };
  return (
    <form className="filter-form" onSubmit={send}>
      <TextField
        label={field.label}
        type={field.kind === "date" ? "date" : "text"}
        inputMode={field.kind === "amount" ? "decimal" : undefined}
        autoFocus
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <Button type="submit" look="primary" size="small">
        {i18n._("Filter")}
      </Button>
    </form>
  );
}
