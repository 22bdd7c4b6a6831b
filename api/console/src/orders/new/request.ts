/** The cart as the API takes it, and where in the form each of its parts was typed. */

import { typedAmount } from "../../text/money";
import { quantity } from "../dialogs/units";
import { ADDRESS, type AddressText, type Cart, type CartLine } from "./cart";

export interface Currency {
  code: string;
  places: number;
}

export interface OrderRequest {
  body: Record<string, unknown>;
  /** The lines' keys, in the order of the body's `items`. */
  keys: string[];
}

/** How many decimals a currency's amounts have. */
export function currencyOf(code: string): Currency {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency: code });
    return { code, places: format.resolvedOptions().maximumFractionDigits ?? 2 };
  } catch {
    return { code, places: 2 };
  }
}

export const typedMoney = (text: string, currency: Currency) => ({
  amount: typedAmount(text, currency.places),
  currency: currency.code,
});

export const couponCodes = (text: string): string[] => [
  ...new Set(text.split(/[\s,;]+/).filter((code) => code !== "")),
];

const rateOf = (text: string): string => text.replace(/[\s%\u00a0]/g, "").replace(",", ".");

/** A line as the API takes it; what the catalogue knows better is left to it. */
export function itemOf(line: CartLine, currency: Currency): Record<string, unknown> {
  const priced = line.price.trim() !== "" && (!line.listed || line.price !== line.listPrice);
  return {
    ...(line.sku.trim() ? { sku: line.sku.trim() } : {}),
    ...(line.listed ? {} : { name: line.name.trim() }),
    quantity: quantity(line.quantity.trim()),
    ...(priced ? { unit_price: typedMoney(line.price, currency) } : {}),
    ...(!line.listed && line.rate.trim() ? { tax_rate: rateOf(line.rate) } : {}),
  };
}

/** Whether a line is typed far enough to be priced. */
const isWhole = (line: CartLine): boolean =>
  line.quantity.trim() !== "" && (line.listed || (line.price.trim() !== "" && line.name.trim() !== ""));

function addressOf(address: AddressText): Record<string, string> | undefined {
  const typed = ADDRESS.map((name) => [name, address[name].trim()]).filter(([, text]) => text !== "");
  return typed.length ? Object.fromEntries(typed) : undefined;
}

/** What the total depends on: lines that are still being typed are left out. */
export function quoteRequest(cart: Cart, currency: Currency): OrderRequest {
  const lines = cart.lines.filter(isWhole);
  return {
    keys: lines.map((line) => line.key),
    body: {
      currency: currency.code,
      items: lines.map((line) => itemOf(line, currency)),
      ...(cart.client ? { customer_id: cart.client.id } : {}),
      ...(couponCodes(cart.coupons).length ? { coupons: couponCodes(cart.coupons) } : {}),
      ...(cart.discount.trim() ? { discount: typedMoney(cart.discount, currency) } : {}),
      ...(cart.charge.trim() ? { shipping_charge: typedMoney(cart.charge, currency) } : {}),
      ...(cart.shippingMethod ? { shipping_method: cart.shippingMethod } : {}),
    },
  };
}

/** The whole order, placed or kept as a draft. */
export function orderRequest(cart: Cart, currency: Currency, place: boolean): OrderRequest {
  const billing = addressOf(cart.billing);
  const shipping = cart.same ? undefined : addressOf(cart.shipping);
  const { body } = quoteRequest(cart, currency);
  return {
    keys: cart.lines.map((line) => line.key),
    body: {
      ...body,
      place,
      items: cart.lines.map((line) => itemOf(line, currency)),
      ...(billing ? { billing_address: billing } : {}),
      ...(shipping ? { shipping_address: shipping } : {}),
      ...(billing || shipping ? { fill_addresses: false } : {}),
      ...(cart.paymentMethod ? { payment_method: cart.paymentMethod } : {}),
      ...(cart.operator.trim() ? { operator: cart.operator.trim() } : {}),
      ...(cart.source.trim() ? { source: cart.source.trim() } : {}),
      ...(cart.tags.length ? { tags: cart.tags } : {}),
      ...(cart.note.trim() ? { notes: [cart.note.trim()] } : {}),
    },
  };
}

/** The place in the form that a pointer into the request is about: `key/quantity`, `billing_address/city`, `coupons`. */
export function placeOf(pointer: string, keys: readonly string[]): string {
  const [, name = "", index = "", field = ""] = pointer.split("/");
  if (name === "items" && index !== "") return `${keys[Number(index)] ?? index}/${field || "sku"}`;
  if (name.endsWith("_address")) return index ? `${name}/${index}` : `${name}/name`;
  return name;
}
