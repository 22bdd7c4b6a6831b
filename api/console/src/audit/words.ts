/** The questions that auditors ask again and again, in words. */

import { i18n } from "@lingui/core";

interface Question {
  code: string;
  label: string;
  /** What an empty answer means. */
  none: string;
}

export function questions(): Question[] {
  return [
    {
      code: "forced-moves",
      label: i18n._("Orders moved against the rules"),
      none: i18n._("No order was moved against the rules."),
    },
    {
      code: "refunds-without-return",
      label: i18n._("Refunds before any goods came back"),
      none: i18n._("No refund came before its goods."),
    },
    {
      code: "edits-after-invoice",
      label: i18n._("Lines and charges changed after an invoice"),
      none: i18n._("Nothing was changed after an invoice."),
    },
    {
      code: "differs-from-invoice",
      label: i18n._("Orders that differ from their invoice"),
      none: i18n._("Every order is as its invoice says."),
    },
    {
      code: "gaps-in-documents",
      label: i18n._("Numbers that no document has"),
      none: i18n._("No number of a document is missing."),
    },
    {
      code: "gaps-in-orders",
      label: i18n._("Numbers that no order has"),
      none: i18n._("No number of an order is missing."),
    },
    {
      code: "cancelled-after-payment",
      label: i18n._("Orders cancelled after money came in"),
      none: i18n._("No paid order was cancelled."),
    },
    {
      code: "price-changes",
      label: i18n._("Prices of lines that were changed"),
      none: i18n._("No price of a line was changed."),
    },
    {
      code: "undone-imports",
      label: i18n._("Orders whose import was undone"),
      none: i18n._("No import was undone."),
    },
  ];
}
