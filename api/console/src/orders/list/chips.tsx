/** What the list is filtered by, each to take off, and the way to more. */

import { i18n } from "@lingui/core";
import { lazy, Suspense, useState } from "react";
import type { Shop } from "../../api/client";
import { Refused } from "../../api/problems";
import { Button } from "../../parts/button";
import { Icon } from "../../parts/icon";
import { useSettled } from "../../parts/later";
import { dateText } from "../../text/instants";
import { localeTag, WINDOWS, withWords } from "../../text/language";
import { moneyText } from "../../text/money";
import { type FilterField, filterFields } from "../filters";
import { type FilterName, filtersOf, type ListSearch, withFilter } from "../search";
import { useCount, useSumOf } from "./data";

const FilterMenu = lazy(() => import("./filter_menu"));
const ColumnMenu = lazy(withWords(() => import("./column_menu"), WINDOWS));

interface Props {
  search: ListSearch;
  go: (search: ListSearch) => void;
  shop: Shop | undefined;
  now: Date;
  /** Whether filters are being chosen: any, or the values of the one named. */
  filtering: boolean | FilterName;
  onFiltering: (open: boolean | FilterName) => void;
  columns: readonly string[];
  onColumns: (columns: readonly string[]) => void;
  problem: unknown;
}

export function Chips(props: Props) {
  const { search, go, shop, filtering, onFiltering } = props;
  const fields = filterFields(shop);
  return (
    <div className="chips">
      {fields.map((field) => (
        <Chip key={field.name} field={field} {...props} />
      ))}
      {search.customer_id && (
        <Off
          label={i18n._("One customer")}
          value=""
          onOff={() => go(withFilter(search, "customer_id", undefined))}
        />
      )}
      {filtering ? (
        <Suspense fallback={<AddFilter onClick={() => undefined} />}>
          <FilterMenu
            key={String(filtering)}
            fields={fields}
            first={fields.find((each) => each.name === filtering)}
            search={search}
            go={go}
            onClose={() => onFiltering(false)}
          />
        </Suspense>
      ) : (
        <AddFilter onClick={() => onFiltering(true)} />
      )}
      <span className="grow" />
      <Counted search={search} />
      <ColumnChoice {...props} />
    </div>
  );
}

function AddFilter({ onClick }: { onClick: () => void }) {
  return (
    <button type="button" className="chip add" aria-keyshortcuts="f" onClick={onClick}>
      <Icon name="filter" />
      {i18n._("Filter")}
      <kbd aria-hidden="true">f</kbd>
    </button>
  );
}

function Chip({ field, search, go, now, problem, onFiltering }: Props & { field: FilterField }) {
  const value = search[field.name];
  if (value === undefined) return null;
  const off = () => go(withFilter(search, field.name, undefined));
  return (
    <Off
      label={field.label}
      value={valueText(field, value, now)}
      bad={isRefused(problem, field.name)}
      onChange={() => onFiltering(field.name)}
      onOff={off}
    />
  );
}

/** A filter in an old address that the shop no longer knows is marked, so that it can be taken off. */
function isRefused(problem: unknown, name: string): boolean {
  return problem instanceof Refused && (problem.problem.errors ?? []).some((each) => each.parameter === name);
}

function valueText(field: FilterField, value: string | string[], now: Date): string {
  const word = (each: string) => {
    if (field.kind === "date") return dateText(each, now, localeTag());
    return field.choices?.find((choice) => choice.value === each)?.label ?? each;
  };
  return Array.isArray(value) ? value.map(word).join(", ") : word(value);
}

interface OffProps {
  label: string;
  value: string;
  bad?: boolean;
  /** Chooses other values; left out where there is nothing to choose from. */
  onChange?: () => void;
  onOff: () => void;
}

function Off({ label, value, bad = false, onChange, onOff }: OffProps) {
  const words = (
    <>
      <em>{label}</em>
      {value && <b>{value}</b>}
    </>
  );
  return (
    <span className={bad ? "chip bad" : "chip"} title={value}>
      {onChange ? (
        <button type="button" className="chip-words" onClick={onChange}>
          {words}
        </button>
      ) : (
        words
      )}
      <button type="button" aria-label={i18n._("Take the filter {label} off", { label })} onClick={onOff}>
        <Icon name="close" />
      </button>
    </span>
  );
}

function Counted({ search }: { search: ListSearch }) {
  const settled = useSettled(search, 300);
  const count = useCount(filtersOf(search));
  const sum = useSumOf(settled, settled === search ? count : undefined);
  if (count === undefined) return null;
  return (
    <span className="counted" aria-live="polite">
      {i18n._("{count, plural, one {# order} other {# orders}}", { count })}
      {sum?.currencies.map((each) => (
        <span key={each.currency}>
          {" · "}
          <b>{moneyText(each.total, localeTag())}</b>
        </span>
      ))}
    </span>
  );
}

function ColumnChoice({ columns, onColumns }: Props) {
  const [open, setOpen] = useState(false);
  const button = (
    <Button icon="columns" look="bare" size="small" className="wide-only" onClick={() => setOpen(true)}>
      {i18n._("Columns")}
    </Button>
  );
  if (!open) return button;
  return (
    <Suspense fallback={button}>
      <ColumnMenu chosen={columns} onChoose={onColumns} onClose={() => setOpen(false)} />
    </Suspense>
  );
}
