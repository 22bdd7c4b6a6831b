/** What the server refuses while an order is taken, in the operator's language and at its field. */

import { i18n } from "@lingui/core";
import { Refused } from "../../api/problems";

export interface Complaints {
  /** By the place in the form. */
  at: ReadonlyMap<string, string>;
  /** Those that belong to no field. */
  elsewhere: readonly string[];
}

export const NO_COMPLAINTS: Complaints = { at: new Map(), elsewhere: [] };

/** A refusal in words: the language's own where it has them, else the server's. */
export function refusalText(code: string, detail: string): string {
  const words: Record<string, string> = {
    "missing-field": i18n._("This is needed."),
    "text-missing": i18n._("This is needed."),
    "not-an-integer": i18n._("Write a whole number, or decimals after a comma or a point."),
    "quantity-out-of-bounds": i18n._("There is no such quantity of it."),
    "invalid-value": i18n._("This cannot be read."),
    "wrong-amount": i18n._("Write an amount, such as 12.50."),
    "amount-out-of-bounds": i18n._("The amount is out of bounds."),
    "wrong-rate": i18n._("Write a rate in percent, such as 20 or 5.5."),
    "text-too-long": i18n._("This is too long."),
    "forbidden-character": i18n._("A character in it is not allowed."),
    "unknown-country": i18n._("Write a country’s two letters, such as FR."),
    "unknown-product": i18n._("The catalogue has no such product."),
    "product-retired": i18n._("This product is no longer sold."),
    "no-price-in-currency": i18n._("The catalogue has no price for it: write one."),
    "stock-in-whole-units": i18n._("Its stock is counted in whole units."),
    "discount-above-goods": i18n._("The discount is more than the goods cost."),
    "discount-above-line": i18n._("The discount is more than the line costs."),
    "unknown-coupon": i18n._("There is no such coupon."),
    "coupon-not-enabled": i18n._("This coupon is switched off."),
    "coupon-not-yet-valid": i18n._("This coupon is not valid yet."),
    "coupon-expired": i18n._("This coupon has expired."),
    "coupon-in-other-currency": i18n._("This coupon is in another currency."),
    "subtotal-below-minimum": i18n._("The goods cost less than this coupon asks for."),
    "coupon-used-up": i18n._("This coupon is used up."),
    "coupon-used-up-by-customer": i18n._("This customer has used the coupon up."),
    "coupon-needs-customer": i18n._("This coupon wants to know the customer."),
    "coupon-for-other-products": i18n._("This coupon is for other products."),
    "coupon-for-others": i18n._("This coupon is for other customers."),
    "coupon-not-combinable": i18n._("These coupons do not go together."),
    "coupon-no-longer-holds": i18n._("The coupon no longer holds: look at the new total."),
    "quote-outdated": i18n._("The total changed meanwhile: look at it and go on."),
    "nothing-ordered": i18n._("An order needs a line before it is placed."),
    "last-line": i18n._("A placed order keeps a line: cancel it instead."),
    "quantity-below-shipped": i18n._("More than that has been shipped already."),
    "quantity-below-refunded": i18n._("More than that has been refunded already."),
    "order-closed": i18n._("This order is closed: it can no longer be changed."),
    "no-provider": i18n._("No way to pay of this shop has payment links."),
    "method-without-provider": i18n._("This way to pay has no payment links: choose another one."),
    "nothing-to-pay": i18n._("Nothing is due."),
    forbidden: i18n._("You may not do this."),
  };
  return words[code] ?? detail;
}

/** The refusals of a request, each at the place that its pointer is about. */
export function complaintsOf(
  error: unknown,
  placeOf: (pointer: string) => string,
  isShown: (place: string) => boolean,
): Complaints {
  if (!error) return NO_COMPLAINTS;
  if (!(error instanceof Refused))
    return {
      at: new Map(),
      elsewhere: [i18n._("The server does not answer. What you typed is still here: try again in a moment.")],
    };
  const { problem, code } = error;
  if (!problem.errors?.length) return { at: new Map(), elsewhere: [refusalText(code, problem.detail)] };
  const at = new Map<string, string>();
  const elsewhere: string[] = [];
  for (const each of problem.errors) {
    const place = placeOf(each.pointer ?? `/${each.parameter ?? ""}`);
    const sentence = refusalText(each.code, each.detail);
    if (!isShown(place)) elsewhere.push(sentence);
    else if (!at.has(place)) at.set(place, sentence);
  }
  return { at, elsewhere };
}
