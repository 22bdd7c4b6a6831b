/** The grid of products: arrows go from cell to cell, Enter changes one, and what is written is told at the cell. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type KeyboardEvent, useRef, useState } from "react";
import { Button } from "../parts/button";
import { say } from "../parts/notices";
import { complaintOf, sentenceOf } from "../parts/refused";
import { localeTag } from "../text/language";
import { moneyText, rateText } from "../text/money";
import {
  type CellChange,
  type CellField,
  CellOvertaken,
  cellText,
  type Locale,
  type ProductRow,
  productChanged,
  productQuery,
  sameCell,
  writeCell,
} from "./data";
import { typedCell } from "./typed_cell";
import "../styles/table.css";
import "../styles/grid.css";

interface Props {
  rows: readonly ProductRow[];
  more: { has: boolean; busy: boolean; read: () => void };
  locale: Locale;
  may: boolean;
  onOpen: (sku: string) => void;
}

const FIELDS: readonly CellField[] = ["name", "price", "rate", "barcode"];

export function ProductGrid({ rows, more, locale, may, onOpen }: Props) {
  const place = useRef<HTMLTableElement>(null);
  const heads: Record<CellField, string> = {
    name: i18n._("Name"),
    price: i18n._("Price, {currency}", { currency: locale.currency }),
    rate: i18n._("Tax, %"),
    barcode: i18n._("Barcode"),
  };
  const goTo = (row: number, column: number) => {
    const cell = place.current?.querySelector<HTMLElement>(`[data-cell="${row}/${column}"]`);
    cell?.focus();
    cell?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div className="table-place">
      <table ref={place} className="data-table product-grid">
        <caption className="hidden-text">{i18n._("Products")}</caption>
        <thead>
          <tr>
            <th scope="col">SKU</th>
            {FIELDS.map((field) => (
              <th key={field} scope="col" className={isFigure(field) ? "numeric" : undefined}>
                {heads[field]}
              </th>
            ))}
            <th scope="col" className="numeric">
              {i18n._("Available")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={row.sku}>
              <td data-head="SKU">
                <button type="button" className="link" onClick={() => onOpen(row.sku)}>
                  {row.sku}
                </button>
                {!row.active && <small className="quiet"> {i18n._("sold no longer")}</small>}
              </td>
              {FIELDS.map((field, column) => (
                <td key={field} data-head={heads[field]} className={isFigure(field) ? "numeric" : undefined}>
                  <Cell
                    row={row}
                    field={field}
                    label={`${heads[field]}, ${row.sku}`}
                    locale={locale}
                    may={may && row.active}
                    name={`${at}/${column}`}
                    onGo={(down, right) => goTo(at + down, column + right)}
                    onOpen={onOpen}
                  />
                </td>
              ))}
              <td data-head={i18n._("Available")} className="numeric">
                {row.available === null ? (
                  <span className="quiet">{i18n._("not counted")}</span>
                ) : (
                  <Link
                    to="/stock"
                    search={{ sku: row.sku }}
                    className={row.low ? "link low" : "link"}
                    title={i18n._("Why is it {count}?", { count: row.available })}
                  >
                    {row.available}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more.has && (
        <div className="table-more">
          <Button size="small" disabled={more.busy} onClick={more.read}>
            {more.busy ? i18n._("Reading…") : i18n._("More")}
          </Button>
        </div>
      )}
    </div>
  );
}

const isFigure = (field: CellField): boolean => field === "price" || field === "rate";

/** What a cell of the list shows. */
function shownIn(row: ProductRow, field: CellField): string {
  const locale = localeTag();
  if (field === "price") return row.unit_price ? moneyText(row.unit_price, locale) : "";
  if (field === "rate") return row.tax_rate === null ? "" : rateText(row.tax_rate, locale);
  return field === "name" ? row.name : row.barcode;
}

interface CellProps {
  row: ProductRow;
  field: CellField;
  label: string;
  locale: Locale;
  may: boolean;
  name: string;
  onGo: (down: number, right: number) => void;
  /** Opens the product, where a cell does not say all. */
  onOpen: (sku: string) => void;
}

interface Editing {
  was: string;
  typed: string;
  complaint?: string | undefined;
}

function Cell({ row, field, label, locale, may, name, onGo, onOpen }: CellProps) {
  const client = useQueryClient();
  const write = useCellWrite(row, field, locale);
  const [editing, edit] = useState<Editing | null>(null);
  const [busy, setBusy] = useState(false);
  const begin = async () => {
    const { data } = await client.fetchQuery(productQuery(row.sku));
    if (field === "rate" && (data.taxes?.length ?? 0) > 1) return onOpen(row.sku);
    const was = cellText(data, field, locale);
    edit({ was, typed: was });
  };
  const accept = async (down: number, right: number) => {
    if (!editing || busy) return;
    const typed = typedCell(field, editing.typed, locale.currency);
    if (sameCell(field, typed, editing.was)) edit(null);
    else {
      setBusy(true);
      const refused = await write({ sku: row.sku, field, was: editing.was, typed });
      setBusy(false);
      if (refused) return edit({ ...editing, ...refused });
      edit(null);
    }
    if (down || right) setTimeout(() => onGo(down, right));
  };
  if (!editing) {
    return (
      <button
        type="button"
        className="cell"
        data-cell={name}
        aria-label={`${label}: ${shownIn(row, field) || "–"}`}
        disabled={!may}
        onClick={() => void begin()}
        onKeyDown={(event) => moveOn(event, onGo)}
      >
        {shownIn(row, field) || "–"}
      </button>
    );
  }
  return (
    <>
      <input
        // biome-ignore lint/a11y/noAutofocus: the cell was opened to be typed into
        autoFocus
        className="input cell-input"
        aria-label={label}
        aria-invalid={editing.complaint ? true : undefined}
        value={editing.typed}
        disabled={busy}
        onChange={(event) => edit({ ...editing, typed: event.target.value })}
        onFocus={(event) => event.target.select()}
        onBlur={() => !editing.complaint && void accept(0, 0)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            edit(null);
          } else if (event.key === "Enter") void accept(1, 0);
          else if (event.key === "Tab") void accept(0, event.shiftKey ? -1 : 1);
          else return;
          event.preventDefault();
        }}
      />
      {editing.complaint && (
        <small className="complaint" role="alert">
          {editing.complaint}
        </small>
      )}
    </>
  );
}

function moveOn(event: KeyboardEvent, onGo: (down: number, right: number) => void): void {
  const ways: Record<string, [number, number]> = {
    ArrowDown: [1, 0],
    ArrowUp: [-1, 0],
    ArrowRight: [0, 1],
    ArrowLeft: [0, -1],
  };
  const way = ways[event.key];
  if (!way) return;
  event.preventDefault();
  onGo(...way);
}

/** Writes a cell; what is refused is given back, to be told at the cell. */
function useCellWrite(row: ProductRow, field: CellField, locale: Locale) {
  const client = useQueryClient();
  return async (change: CellChange): Promise<Partial<Editing> | null> => {
    try {
      productChanged(client, await writeCell(client, change, locale));
      const back = { ...change, was: change.typed, typed: change.was };
      say(i18n._("{sku} is changed.", { sku: row.sku }), {
        undo: async () => {
          try {
            productChanged(client, await writeCell(client, back, locale));
          } catch (error) {
            say(error instanceof CellOvertaken ? error.message : sentenceOf(error), { bad: true });
          }
        },
      });
      return null;
    } catch (error) {
      if (error instanceof CellOvertaken) return { was: error.now, complaint: error.message };
      const pointers: Record<CellField, string[]> = {
        name: [`/names/${locale.locale}`, "/names"],
        price: ["/prices/0/amount", "/prices/1/amount", "/prices"],
        rate: ["/tax_rate"],
        barcode: ["/barcode"],
      };
      const told = pointers[field].map((each) => complaintOf(error, each)).find(Boolean);
      return { complaint: told ?? sentenceOf(error) };
    }
  };
}
