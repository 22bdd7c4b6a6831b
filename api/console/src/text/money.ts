/** Amounts as the operator's language writes them; no sum is made here: every figure comes from the server. */

import type { Money } from "../api/client";

const formats = new Map<string, Intl.NumberFormat>();

function formatOf(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, { style: "currency", currency });
  formats.set(key, made);
  return made;
}

/** An amount in words of the language: `1 135,70 €`. The decimals are the server's own, taken as text. */
export function moneyText(money: Money, locale: string): string {
  const amount = money.amount as Intl.StringNumericLiteral;
  try {
    return formatOf(locale, money.currency).format(amount);
  } catch {
    return `${money.amount} ${money.currency}`;
  }
}

export const isNothing = (money: Money): boolean => /^-?0*(\.0*)?$/.test(money.amount);

export const isNegative = (money: Money): boolean => money.amount.startsWith("-") && !isNothing(money);

/** Units of a line: a number, or text where their unit has decimals. */
export function quantityText(quantity: unknown, locale: string): string {
  if (typeof quantity === "number") return new Intl.NumberFormat(locale).format(quantity);
  const text = String(quantity);
  const places = text.split(".")[1]?.length ?? 0;
  const options = { minimumFractionDigits: places, maximumFractionDigits: places };
  return new Intl.NumberFormat(locale, options).format(text as Intl.StringNumericLiteral);
}

/** A tax rate in percent as the language writes it: `5,5 %`. */
export function rateText(rate: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 4 });
  return `${format.format(rate as Intl.StringNumericLiteral)}\u00a0%`;
}

/** A typed amount as the API takes it: a point for the comma, no spaces, the currency's decimals. */
export function typedAmount(text: string, places: number): string {
  const plain = text.replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
  const match = /^(-?\d+)(?:\.(\d*))?$/.exec(plain);
  if (!match) return plain;
  const decimals = match[2] ?? "";
  if (decimals.length > places) return plain;
  return places ? `${match[1]}.${decimals.padEnd(places, "0")}` : (match[1] ?? plain);
}

/** How many decimals amounts of a currency have; two where the browser knows none of its name. */
export function placesOfCurrency(currency: string): number {
  try {
    return formatOf("en-GB", currency).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** How many decimals an amount of the server has. */
export const placesOf = (money: Money): number => money.amount.split(".")[1]?.length ?? 0;
