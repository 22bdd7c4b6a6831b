/** How many units of which lines a parcel or a refund is about. */

import { i18n } from "@lingui/core";
import type { Order } from "../../api/client";
import { localeTag } from "../../text/language";
import { quantityText } from "../../text/money";

/** What of each line is kept and was not sent; only whole units are counted here, decimals are left to the server. */
export function leftToSend(order: Order): Record<string, number | undefined> {
  const sent = new Map<string, number>();
  for (const parcel of order.shipments) {
    if (parcel.state === "cancelled") continue;
    for (const each of parcel.items) sent.set(each.item, (sent.get(each.item) ?? 0) + Number(each.quantity));
  }
  const left = order.items.map((line) => [
    line.id,
    typeof line.kept === "number" ? Math.max(0, line.kept - (sent.get(line.id) ?? 0)) : undefined,
  ]);
  return Object.fromEntries(left);
}

/** The lines as the API takes them: none where nothing was typed, which means all that is left. */
export function unitsOf(
  order: Order,
  units: Record<string, string>,
): { items?: { item: string; quantity: unknown }[] } {
  const typed = order.items.filter((line) => units[line.id] !== undefined);
  if (typed.length === 0) return {};
  const left = leftToSend(order);
  const items = order.items
    .map((line) => ({ item: line.id, text: (units[line.id] ?? String(left[line.id] ?? line.kept)).trim() }))
    .filter(({ text }) => text !== "" && !/^0+([.,]0*)?$/.test(text))
    .map(({ item, text }) => ({ item, quantity: quantity(text) }));
  return { items };
}

/** Whole units are numbers, decimals text with a point. */
export function quantity(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text.replace(",", ".");
}

interface Props {
  order: Order;
  left: Record<string, number | undefined>;
  units: Record<string, string>;
  onUnits: (units: Record<string, string>) => void;
  label: string;
  none?: boolean;
}

/** `none`: nothing of a line is meant unless it is typed. */
export function UnitsTable({ order, left, units, onUnits, label, none = false }: Props) {
  const lines = order.items.filter((line) => left[line.id] !== 0);
  return (
    <table className="units-table">
      <caption>{label}</caption>
      <tbody>
        {lines.map((line) => {
          const most = left[line.id] ?? line.kept;
          return (
            <tr key={line.id}>
              <td>
                {line.name} <small className="quiet">{line.sku}</small>
              </td>
              <td className="numeric">
                <input
                  className="input short"
                  inputMode="decimal"
                  aria-label={i18n._("Units of {name}", { name: line.name })}
                  value={units[line.id] ?? (none ? "" : String(most))}
                  placeholder={none ? "0" : undefined}
                  onChange={(event) => onUnits({ ...units, [line.id]: event.target.value })}
                />
              </td>
              <td className="quiet">{i18n._("of {most}", { most: quantityText(most, localeTag()) })}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
