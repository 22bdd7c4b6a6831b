/** The words of an order's axes in the operator's language. */

import { i18n } from "@lingui/core";
import type { Shop, Status } from "../api/client";

type Words = Record<string, string>;

/** The labels a shop begins with: they are told in the operator's language until the merchant renames them. */
const FIRST_LABELS: Words = {
  draft: "Draft",
  pending: "Pending",
  processing: "Processing",
  on_hold: "On hold",
  shipped: "Shipped",
  completed: "Completed",
  cancelled: "Cancelled",
};

export function stageLabel(stage: string): string {
  const words: Words = {
    draft: i18n._("Draft"),
    pending: i18n._("Pending"),
    processing: i18n._("Processing"),
    on_hold: i18n._("On hold"),
    shipped: i18n._("Shipped"),
    completed: i18n._("Completed"),
    cancelled: i18n._("Cancelled"),
  };
  return words[stage] ?? stage;
}

let ownNames: ReadonlyMap<string, Record<string, string>> = new Map();

/** Takes in what the shop calls its statuses in each language; from then on they are called so. */
export function knowStatuses(statuses: Shop["statuses"]): void {
  ownNames = new Map(statuses.map(({ code, names }) => [code, names as Record<string, string>]));
}

export function statusLabel(status: Pick<Status, "code" | "label">): string {
  const own = ownNames.get(status.code)?.[i18n.locale];
  if (own) return own;
  return FIRST_LABELS[status.code] === status.label ? stageLabel(status.code) : status.label;
}

export function paymentLabel(code: string): string {
  const words: Words = {
    unpaid: i18n._("Unpaid"),
    authorized: i18n._("Authorized"),
    partially_paid: i18n._("Partly paid"),
    paid: i18n._("Paid"),
    partially_refunded: i18n._("Partly refunded"),
    refunded: i18n._("Refunded"),
    overpaid: i18n._("Overpaid"),
  };
  return words[code] ?? code;
}

export function fulfilmentLabel(code: string): string {
  const words: Words = {
    unfulfilled: i18n._("Nothing sent"),
    partially_shipped: i18n._("Partly sent"),
    shipped: i18n._("Sent"),
    delivered: i18n._("Delivered"),
    returned: i18n._("Returned"),
  };
  return words[code] ?? code;
}

export function returnLabel(code: string): string {
  const words: Words = {
    none: i18n._("No return"),
    requested: i18n._("Return requested"),
    received: i18n._("Return received"),
    settled: i18n._("Return settled"),
  };
  return words[code] ?? code;
}

/** The ways to pay and to send that a shop begins with, told like its first statuses. */
export function methodLabel(code: string, methods: readonly { code: string; label: string }[] = []): string {
  const first: Record<string, [string, string]> = {
    card: ["Card", i18n._("Card")],
    transfer: ["Bank transfer", i18n._("Bank transfer")],
    cheque: ["Cheque", i18n._("Cheque")],
    cash: ["Cash", i18n._("Cash")],
    standard: ["Standard delivery", i18n._("Standard delivery")],
    express: ["Express delivery", i18n._("Express delivery")],
    pickup: ["Pick-up at the shop", i18n._("Pick-up at the shop")],
  };
  const label = methods.find((each) => each.code === code)?.label;
  const known = first[code];
  return known && (label === undefined || label === known[0]) ? known[1] : (label ?? code);
}

/** Where orders come from; a source of the merchant's own stands as it is. */
export function sourceLabel(code: string): string {
  const words: Words = {
    web: i18n._("web"),
    telephone: i18n._("telephone"),
    market: i18n._("market"),
    shop: i18n._("shop"),
  };
  return words[code] ?? code;
}

/** Who did something, as events name them. */
export function actorLabel(actor: string): string {
  const [kind, name = ""] = actor.split(/:(.*)/s);
  if (kind === "operator") return name;
  if (kind === "token") return i18n._("program {name}", { name });
  if (kind === "importer") return i18n._("import");
  return i18n._("automatic");
}

/** A person in two letters. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((each) => /\p{L}/u.test(each));
  return words
    .slice(0, 2)
    .map((each) => each.charAt(0))
    .join("")
    .toUpperCase();
}

/** What became of a mail. */
export function messageState(state: string): string {
  const words: Record<string, string> = {
    requested: i18n._("on its way"),
    rendered: i18n._("on its way"),
    sent: i18n._("sent"),
    kept: i18n._("kept: no mail server is set up"),
    refused: i18n._("refused"),
    bounced: i18n._("came back"),
    uncertain: i18n._("perhaps sent"),
  };
  return words[state] ?? state;
}
