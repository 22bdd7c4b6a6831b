/** Why stock moved, in words. */

import { i18n } from "@lingui/core";
import type { Movement } from "./data";

export function movedBecause({
  topic,
  cause,
  reference,
}: Pick<Movement, "topic" | "cause" | "reference">): string {
  if (topic === "stock.received")
    return reference ? i18n._("Received · {reference}", { reference }) : i18n._("Received");
  if (topic === "stock.adjusted") return i18n._("Counted or put right");
  const what: Record<string, string> = {
    "stock.reserved": i18n._("Promised"),
    "stock.released": i18n._("Promise taken back"),
    "stock.deducted": i18n._("Taken off the shelf"),
    "stock.restored": i18n._("Put back onto the shelf"),
  };
  const why: Record<string, string> = {
    placed: i18n._("order placed"),
    status: i18n._("status"),
    edited: i18n._("order changed"),
    shipped: i18n._("parcel sent"),
    "shipment-cancelled": i18n._("parcel called back"),
    refunded: i18n._("refund"),
    returned: i18n._("return"),
    imported: i18n._("import"),
    "import-undone": i18n._("import undone"),
  };
  return [what[topic] ?? topic, why[cause] ?? cause].filter(Boolean).join(" · ");
}
