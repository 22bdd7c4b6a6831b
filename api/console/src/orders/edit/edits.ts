/** What is typed of an order that stands: only what was touched, so that the rest follows what others do. */

import type { Order } from "../../api/client";
import { quantity } from "../dialogs/units";
import type { CartLine } from "../new/cart";
import { type Currency, couponCodes, itemOf, typedMoney } from "../new/request";

export interface LineEdit {
  quantity?: string;
  price?: string;
  gone?: boolean;
}

export interface Edits {
  /** The version of the order that was looked at. */
  version: number;
  lines: Record<string, LineEdit>;
  added: CartLine[];
  discount?: string;
  charge?: string;
  coupons?: string;
  reason: string;
}

export const noEdits = (version: number): Edits => ({ version, lines: {}, added: [], reason: "" });

/** What is kept of a line, as it is typed. */
export const keptText = (line: Order["items"][number]): string => String(line.kept);

export const couponText = (order: Order): string => order.coupons.map((each) => each.code).join(" ");

export interface ChangesRequest {
  changes: Record<string, unknown>[];
  /** What each change is about: a line's key, or a field. */
  about: string[];
}

/** The changes as the API takes them; what was typed back to what it was is none. */
export function changesOf(order: Order, edits: Edits, currency: Currency): ChangesRequest {
  const found: [string, Record<string, unknown>][] = [
    ...edits.added.map((line): [string, Record<string, unknown>] => [
      line.key,
      { action: "add", ...itemOf(line, currency) },
    ]),
    ...order.items.flatMap((line) => lineChange(line, edits.lines[line.id], currency)),
    ...couponChanges(order, edits.coupons),
  ];
  if (edits.discount !== undefined && edits.discount !== order.discount.amount)
    found.push(["discount", { action: "discount", amount: typedMoney(edits.discount || "0", currency) }]);
  if (edits.charge !== undefined && edits.charge !== order.shipping_charge.amount) {
    const amount = typedMoney(edits.charge || "0", currency);
    found.push(["shipping_charge", { action: "shipping-charge", amount }]);
  }
  return { changes: found.map(([, change]) => change), about: found.map(([about]) => about) };
}

function lineChange(
  line: Order["items"][number],
  edit: LineEdit | undefined,
  currency: Currency,
): [string, Record<string, unknown>][] {
  if (!edit) return [];
  if (edit.gone) return [[line.id, { action: "remove", item: line.id }]];
  const more = edit.quantity !== undefined && edit.quantity.trim() !== keptText(line);
  const priced = edit.price !== undefined && edit.price.trim() !== line.unit_price?.amount;
  if (!more && !priced) return [];
  const change = {
    action: "change",
    item: line.id,
    ...(more ? { quantity: quantity(edit.quantity?.trim() ?? "") } : {}),
    ...(priced ? { unit_price: typedMoney(edit.price ?? "", currency) } : {}),
  };
  return [[line.id, change]];
}

function couponChanges(order: Order, typed: string | undefined): [string, Record<string, unknown>][] {
  if (typed === undefined) return [];
  const now = new Set(couponCodes(typed).map((code) => code.toUpperCase()));
  const before = order.coupons.map((each) => each.code.toUpperCase());
  return [
    ...before.filter((code) => !now.has(code)).map((code) => ({ action: "remove-coupon", code })),
    ...[...now].filter((code) => !before.includes(code)).map((code) => ({ action: "apply-coupon", code })),
  ].map((change) => ["coupons", change]);
}

/** The place in the form that a pointer into the changes is about. */
export function placeOfChange(pointer: string, about: readonly string[]): string {
  const [, name = "", index = "", field = ""] = pointer.split("/");
  if (name !== "changes") return name;
  const what = about[Number(index)] ?? "";
  if (["coupons", "discount", "shipping_charge", ""].includes(what)) return what;
  return `${what}/${["item", "action", ""].includes(field) ? "sku" : field}`;
}
