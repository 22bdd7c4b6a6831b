/** What the server refused, in the operator's language where it has words for it. */

import { i18n } from "@lingui/core";
import { Refused } from "../api/problems";
import { refusalText } from "../orders/new/refusals";

/** A refusal by its code, in words; else the server's own. */
export function refusalOf(code: string, detail: string): string {
  const words: Record<string, string> = {
    "permission-missing": i18n._("You may not do this any more. What you typed is still here."),
    "bad-code": i18n._("A code has letters, digits, dots, hyphens and underscores, no spaces."),
    "bad-colour": i18n._("Write a colour such as #3b82f6."),
    "stage-fixed": i18n._("A status stays on its stage: orders rely on it."),
    "last-status-of-stage": i18n._("It is the only status of its stage, and every stage needs one."),
    "position-out-of-bounds": i18n._("The place in the order is out of bounds."),
    "unknown-status": i18n._("There is no such status."),
    "unknown-stage": i18n._("There is no such stage."),
    "unknown-method": i18n._("There is no such method."),
    "unknown-zone": i18n._("There is no such time zone; write it like Europe/Paris."),
    "unknown-currency": i18n._("There is no such currency; write its three letters, such as EUR."),
    "bad-tracking-address": i18n._("Write an https address with {code} where the tracking code goes.", {
      code: "{code}",
    }),
    "wrong-vat-number": i18n._("This VAT number is not written as its country does."),
    "bad-email": i18n._("This is no e-mail address."),
    "too-many-administrators": i18n._("That is more addresses than can be told."),
    "wrong-name": i18n._("A name has 1 to 40 of a-z, 0-9, dots, dashes and underscores."),
    "username-taken": i18n._("There is an operator of this name already."),
    "token-name-taken": i18n._("There is a token of this name already."),
    "own-account": i18n._("Nobody changes the role of their own account, or shuts it out."),
    "scope-outside-role": i18n._("Its role may not do all of this."),
    "wrong-siren": i18n._("A SIREN has 9 digits, a SIRET 14, the last of which checks the others."),
    "wrong-prefix": i18n._(
      "A prefix is a capital letter and up to eleven capitals, digits and dashes; no digit ends it.",
    ),
    "prefix-taken": i18n._("Another series has this prefix."),
    "wrong-check-digit": i18n._("A digit of this VAT number is wrong: its check digit says so."),
    "wrong-logo": i18n._("A logo is a PNG or JPEG of 500 kB at most, not too large on either side."),
    "series-fixed": i18n._("A series that was begun keeps its kind, prefix and years."),
    "product-exists": i18n._("There is such a product already, with other facts."),
    "product-name-missing": i18n._("A product has a name in at least one language."),
    "wrong-barcode": i18n._("A barcode has 3 to 48 letters and digits."),
    "wrong-picture": i18n._("A picture is told by its address, which begins with https://."),
    "stock-below-zero": i18n._("That would leave less than nothing: count it, or allow backorders."),
    "units-out-of-bounds": i18n._("That is no number of units that a shelf holds."),
    "customer-erased": i18n._("This person was forgotten: nothing can be changed any more."),
    "customer-exists": i18n._("Another card has this e-mail address."),
    "survivor-of-others": i18n._("Other cards are part of this one: it is not merged itself."),
    "merged-into-itself": i18n._("Choose another card than this one."),
    "templates-busy": i18n._("Enough templates are being tried at this moment: try again."),
  };
  return words[code] ?? refusalText(code, detail);
}

/** What went wrong, as one sentence. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refused) return refusalOf(error.code, error.problem.detail);
  return i18n._("The server does not answer. What you typed is still here: try again in a moment.");
}

/** The sentence that stands at a field, by its pointer; none: undefined. */
export function complaintOf(error: unknown, pointer: string): string | undefined {
  if (!(error instanceof Refused)) return undefined;
  const found = error.problem.errors?.find((each) => (each.pointer ?? `/${each.parameter}`) === pointer);
  return found && refusalOf(found.code, found.detail);
}

/** The sentences that stand at none of the fields that a form shows. */
export function complaintsBeside(error: unknown, pointers: readonly string[]): string[] {
  if (!error) return [];
  if (!(error instanceof Refused) || !error.problem.errors?.length) return [sentenceOf(error)];
  const beside = error.problem.errors.filter(
    (each) => !pointers.includes(each.pointer ?? `/${each.parameter}`),
  );
  return beside.map((each) => refusalOf(each.code, each.detail));
}
