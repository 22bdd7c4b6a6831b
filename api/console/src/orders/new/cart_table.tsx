/** The lines of an order while it is typed: what is typed of each, and the figures that the server tells. */

import { i18n } from "@lingui/core";
import type { KeyboardEvent } from "react";
import type { Money } from "../../api/client";
import { Button } from "../../parts/button";
import { localeTag } from "../../text/language";
import { moneyText, quantityText, rateText } from "../../text/money";
import { withComma } from "./amounts";

export interface TypedLine {
  key: string;
  sku: string;
  name: string;
  /** Whether name, SKU and rate are typed here. */
  isFree: boolean;
  quantity: string;
  price: string;
  rate: string;
  available: number | null;
  low: boolean;
  /** Taken off, and to be brought back by the same button. */
  gone?: boolean;
}

export type LineChange = Partial<Pick<TypedLine, "sku" | "name" | "quantity" | "price" | "rate">>;

interface Props {
  lines: readonly TypedLine[];
  totals: ReadonlyMap<string, Money>;
  complaints: ReadonlyMap<string, string>;
  onChange: (key: string, change: LineChange) => void;
  onRemove: (key: string) => void;
  /** Enter in a line: on to the next product. */
  onNext: () => void;
}

const FIELDS = ["sku", "name", "quantity", "unit_price", "tax_rate", "discount"] as const;

export const isOfLine = (place: string): boolean =>
  FIELDS.includes(place.slice(place.indexOf("/") + 1) as never);

export function CartTable(props: Props) {
  if (props.lines.length === 0) return null;
  return (
    <table className="typed-lines">
      <thead>
        <tr>
          <th>{i18n._("SKU")}</th>
          <th>{i18n._("Product")}</th>
          <th className="numeric">{i18n._("Qty")}</th>
          <th className="numeric">{i18n._("Price")}</th>
          <th className="numeric">{i18n._("VAT")}</th>
          <th className="numeric">{i18n._("Free")}</th>
          <th className="numeric">{i18n._("Total")}</th>
          <th>
            <span className="hidden-text">{i18n._("Remove")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.lines.map((line) => (
          <LineRow key={line.key} line={line} {...props} />
        ))}
      </tbody>
    </table>
  );
}

function LineRow({ line, totals, complaints, onChange, onRemove, onNext }: Props & { line: TypedLine }) {
  const said = FIELDS.map((name) => complaints.get(`${line.key}/${name}`)).filter(Boolean);
  const total = totals.get(line.key);
  const locale = localeTag();
  const field = (name: "sku" | "name" | "quantity" | "price" | "rate", label: string, place: string) => ({
    className: "input",
    "aria-label": i18n._("{label} of {name}", { label, name: line.name }),
    "aria-invalid": complaints.has(`${line.key}/${place}`) || undefined,
    "aria-describedby": said.length ? `told-${line.key}` : undefined,
    autoComplete: "off",
    value: line[name],
    onChange: (event: { target: HTMLInputElement }) => onChange(line.key, { [name]: event.target.value }),
    onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => moveInTable(event, onNext),
  });
  const numeric = { inputMode: "decimal", onFocus: selectAll } as const;
  const short = (line.available ?? 1) <= 0;
  return (
    <>
      <tr id={`line-${line.key}`} className={line.gone ? "gone" : undefined}>
        <td className="sku quiet">
          {line.isFree ? <input placeholder="—" {...field("sku", i18n._("SKU"), "sku")} /> : line.sku}
        </td>
        <td className="name">
          {line.isFree ? <input {...field("name", i18n._("Name"), "name")} /> : line.name}
        </td>
        <td className="numeric qty">
          <input data-column="quantity" {...field("quantity", i18n._("Quantity"), "quantity")} {...numeric} />
        </td>
        <td className="numeric price">
          <input
            data-column="price"
            {...field("price", i18n._("Price"), "unit_price")}
            {...numeric}
            value={withComma(line.price)}
          />
        </td>
        <td className="numeric rate quiet">
          {line.isFree ? (
            <input
              data-column="rate"
              {...field("rate", i18n._("VAT"), "tax_rate")}
              {...numeric}
              placeholder="%"
            />
          ) : (
            line.rate && rateText(line.rate, locale)
          )}
        </td>
        <td className={short ? "numeric free late" : line.low ? "numeric free low" : "numeric free quiet"}>
          {line.available === null ? "—" : quantityText(line.available, locale)}
        </td>
        <td className="numeric total">{total ? <b>{moneyText(total, locale)}</b> : "—"}</td>
        <td className="remove">
          <Button
            icon={line.gone ? "back" : "close"}
            look="bare"
            size="small"
            aria-label={
              line.gone
                ? i18n._("Bring {name} back", { name: line.name })
                : i18n._("Remove {name}", { name: line.name })
            }
            onClick={() => {
              onRemove(line.key);
              onNext();
            }}
          />
        </td>
      </tr>
      {said.length > 0 && (
        <tr className="said">
          <td colSpan={8} id={`told-${line.key}`} className="complaint" role="alert">
            {said.join(" ")}
          </td>
        </tr>
      )}
    </>
  );
}

const selectAll = (event: { currentTarget: HTMLInputElement }) => event.currentTarget.select();

/** Up and down in a column, Enter on to the next product. */
function moveInTable(event: KeyboardEvent<HTMLInputElement>, onNext: () => void): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { column } = event.currentTarget.dataset;
  if (event.key === "Enter") onNext();
  else if (column && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    const table = event.currentTarget.closest("table");
    const fields = [...(table?.querySelectorAll<HTMLInputElement>(`[data-column=${column}]`) ?? [])];
    const next = fields[fields.indexOf(event.currentTarget) + (event.key === "ArrowUp" ? -1 : 1)];
    if (next) next.focus();
    else if (event.key === "ArrowDown") onNext();
  } else return;
  event.preventDefault();
}

/** Where the field of a line is found that is typed next. */
export const lineField = (key: string, column: "quantity" | "price"): string =>
  `[id="line-${key}"] [data-column=${column}]`;

/** To the quantity of a line that stands there. */
export function focusQuantity(key: string | undefined): void {
  if (key !== undefined) document.querySelector<HTMLElement>(lineField(key, "quantity"))?.focus();
}
