/** Stock before and after, and whether it moves. */

import { i18n } from "@lingui/core";
import type { Figures } from "../../api/client";
import { Key } from "../../parts/button";
import { localeTag } from "../../text/language";
import { quantityText } from "../../text/money";

export type StockChoice = "apply" | "leave";

export function StockTable({ items }: { items: readonly Figures[] }) {
  return (
    <table className="stock-table">
      <caption>{i18n._("Stock")}</caption>
      <thead>
        <tr>
          <th>{i18n._("SKU")}</th>
          <th className="numeric">{i18n._("On hand")}</th>
          <th className="numeric">{i18n._("Reserved")}</th>
          <th className="numeric">{i18n._("Free")}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((each) => (
          <tr key={each.sku}>
            <td>{each.sku}</td>
            <Figure {...each.on_hand} />
            <Figure {...each.reserved} />
            <td className={each.available.after < 0 ? "numeric late" : "numeric"}>
              {quantityText(each.available.after, localeTag())}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Figure({ before, after }: { before: number; after: number }) {
  const locale = localeTag();
  if (before === after) return <td className="numeric quiet">{quantityText(after, locale)}</td>;
  return (
    <td className="numeric">
      <span className="quiet">{quantityText(before, locale)} → </span>
      <b className={after < 0 ? "late" : undefined}>{quantityText(after, locale)}</b>
    </td>
  );
}

interface ChoiceProps {
  items: readonly Figures[];
  value: StockChoice;
  onChange: (choice: StockChoice) => void;
}

export function StockChoiceField({ items, value, onChange }: ChoiceProps) {
  const below = items.filter((each) => each.on_hand.after < 0).length;
  const restores = items.every((each) => each.on_hand.after >= each.on_hand.before);
  const choices: [StockChoice, string, string][] = [
    [
      "apply",
      restores ? i18n._("Put back into stock") : i18n._("Take out of stock"),
      below
        ? i18n._("{below, plural, one {one SKU falls below zero} other {# SKUs fall below zero}}", { below })
        : i18n._("as shown above"),
    ],
    ["leave", i18n._("Leave stock as it is"), i18n._("counted elsewhere already")],
  ];
  return (
    <fieldset className="radios">
      <legend className="hidden-text">{i18n._("Stock")}</legend>
      {choices.map(([name, label, about], place) => (
        <label key={name} className={value === name ? "radio on" : "radio"}>
          <input type="radio" name="stock" checked={value === name} onChange={() => onChange(name)} />
          <span>
            <b>{label}</b> <Key>{String(place + 1)}</Key>
            <small>{about}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
