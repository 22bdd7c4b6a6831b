/** The words of what is done to many orders. */

import { i18n } from "@lingui/core";
import type { Job } from "../../api/client";
import type { BulkKind } from "./kinds";

export function windowTitle(kind: BulkKind, count: number | undefined): string {
  const named = { count: count ?? 0 };
  const of =
    count === undefined
      ? i18n._("all of this list")
      : i18n._("{count, plural, one {# order} other {# orders}}", named);
  const titles: Record<BulkKind, string> = {
    status: i18n._("Status of {of}", { of }),
    tags: i18n._("Tags of {of}", { of }),
    operator: i18n._("Operator of {of}", { of }),
    archive: i18n._("Archive {of}", { of }),
    unarchive: i18n._("Take {of} out of the archive", { of }),
    print: i18n._("Print {of}", { of }),
    export: i18n._("Export {of}", { of }),
    resend: i18n._("Send the last mail of {of} again", { of }),
    "payment-link": i18n._("Mail a link to pay {of}", { of }),
  };
  return titles[kind];
}

export const jobTitle = (kind: BulkKind, job: Job): string => windowTitle(kind, job.progress.total);

/** Why an order is refused, by the code of the rule. */
export function refusalText(code: string): string {
  const words: Record<string, string> = {
    "illegal-move": i18n._("this status cannot be reached from there"),
    "nothing-ordered": i18n._("no lines"),
    "goods-are-shipped": i18n._("goods were sent already"),
    "tracking-missing": i18n._("no tracking code"),
    "reason-missing": i18n._("a reason is needed"),
    "balance-confirmation-required": i18n._("not paid in full"),
    "order-not-found": i18n._("no longer there"),
    "order-closed": i18n._("closed"),
    "order-archived": i18n._("put away in the archive"),
    "too-many-tags": i18n._("too many tags"),
    "out-of-stock": i18n._("not enough stock"),
    "stock-below-zero": i18n._("stock would fall below zero"),
    "worked-on-since": i18n._("somebody worked on it meanwhile"),
    "no-email-address": i18n._("no e-mail address"),
    "message-not-found": i18n._("no mail was sent before"),
    "nothing-to-print": i18n._("nothing of the kind to print"),
    "nothing-to-pay": i18n._("nothing left to pay"),
    "nothing-due": i18n._("nothing left to pay"),
  };
  return words[code] ?? code.replaceAll("-", " ");
}
