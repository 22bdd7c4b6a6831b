/** What happened to an order, event by event, in the operator's words; amounts are told by the server. */

import { i18n } from "@lingui/core";
import type { FieldChange, Money, TimelineEntry } from "../api/client";
import type { IconName } from "../parts/icon";
import { methodLabel, sourceLabel } from "../text/labels";

export type Group = "status" | "money" | "mail" | "notes" | "cart" | "details";

export interface Told {
  icon: IconName;
  group: Group;
  text: string;
  before?: Value;
  after?: Value;
}

/** A value of an event before it is written out: an amount, a status' code, or plain words. */
export type Value = { money: Money } | { status: string } | { words: string };

type Summary = Record<string, unknown>;

const words = (value: unknown): string => (value === null || value === undefined ? "" : String(value));
const amount = (value: unknown): Value | undefined =>
  value !== null && typeof value === "object" && "currency" in value ? { money: value as Money } : undefined;

type Changes = readonly FieldChange[];
type Teller = (summary: Summary, changes: Changes) => Told;

const byMethod = (summary: Summary): string => methodLabel(words(summary.method)).toLowerCase();

const simple =
  (icon: IconName, group: Group, text: () => string): Teller =>
  () => ({ icon, group, text: text() });

/** An amount that stands in the event's own summary. */
const paid =
  (text: (summary: Summary) => string, icon: IconName = "money"): Teller =>
  (summary) => ({ icon, group: "money", text: text(summary), after: amount(summary.amount) });

const fieldOf = (changes: Changes, ending: string): FieldChange | undefined =>
  changes.find((each) => each.pointer.endsWith(ending));

/** One field of the change, before and after, as plain words. Never a person's: the timeline does not carry those. */
const changed =
  (icon: IconName, group: Group, ending: string, text: () => string, label = words): Teller =>
  (_, changes) => {
    const field = fieldOf(changes, ending);
    const value = (each: unknown): Value | undefined => (words(each) ? { words: label(each) } : undefined);
    return { icon, group, text: text(), before: value(field?.before), after: value(field?.after) };
  };

/** The same for a way to pay or to send. */
const chosen = (icon: IconName, group: Group, ending: string, text: () => string): Teller =>
  changed(icon, group, ending, text, (code) => methodLabel(words(code)));

/** The same for an amount. */
const priced =
  (ending: string, text: () => string): Teller =>
  (_, changes) => {
    const field = fieldOf(changes, ending);
    return {
      icon: "edit",
      group: "money",
      text: text(),
      before: amount(field?.before),
      after: amount(field?.after),
    };
  };

const moved: Teller = (summary) => ({
  icon: "half",
  group: "status",
  text:
    summary.stock === "apply"
      ? i18n._("stock applied")
      : summary.stock === "leave"
        ? i18n._("stock left")
        : "",
  before: { status: words(summary.was) },
  after: { status: words(summary.status) },
});

const parcel =
  (text: () => string): Teller =>
  (summary, changes) => {
    const after = changes.find((each) => each.pointer.startsWith("/shipments/"))?.after as
      | Summary
      | undefined;
    const told = [after?.carrier ?? summary.carrier, after?.tracking_code ?? summary.tracking_code].map(
      words,
    );
    return {
      icon: "truck",
      group: "details",
      text: text(),
      after: { words: told.filter(Boolean).join(" ") },
    };
  };

const line =
  (text: (summary: Summary) => string): Teller =>
  (summary) => ({ icon: "box", group: "cart", text: text(summary) });

function tags(text: () => string): Teller {
  return (summary, changes) => {
    const field = fieldOf(changes, "/tags");
    const before = new Set((field?.before as string[] | undefined) ?? []);
    const after = new Set((field?.after as string[] | undefined) ?? []);
    const moved = [...after]
      .filter((each) => !before.has(each))
      .concat([...before].filter((each) => !after.has(each)));
    return {
      icon: "tag",
      group: "notes",
      text: text(),
      after: { words: moved.join(", ") || words(summary.tag) },
    };
  };
}

const TELLERS: Record<string, Teller> = {
  "order.created": (summary) => ({
    icon: "orders",
    group: "details",
    text: i18n._("Taken, source:"),
    after: { words: summary.source ? sourceLabel(words(summary.source)) : "—" },
  }),
  "order.placed": (summary) => ({ ...moved(summary, []), icon: "orders", text: i18n._("placed") }),
  "order.status-changed": moved,
  "order.status-forced": (summary, changes) => ({
    ...moved(summary, changes),
    icon: "warning",
    text: i18n._("by force"),
  }),
  "order.status-told": (summary) => ({
    icon: "flag",
    group: "status",
    text: i18n._("Elsewhere"),
    after: { words: words(summary.status) },
  }),
  "order.item-added": line((summary) =>
    i18n._("Added {quantity} × {name}", { quantity: words(summary.quantity), name: words(summary.name) }),
  ),
  "order.item-removed": line(() => i18n._("A line was taken off")),
  "order.item-corrected": line(() => i18n._("A line was corrected")),
  "order.item-quantity-changed": changed("box", "cart", "/quantity", () => i18n._("Quantity")),
  "order.item-price-changed": priced("/unit_price", () => i18n._("Price")),
  "order.discount-set": priced("/discount", () => i18n._("Discount")),
  "order.shipping-charge-set": priced("/shipping_charge", () => i18n._("Shipping charge")),
  "order.coupon-applied": (summary) => ({
    icon: "coupon",
    group: "money",
    text: i18n._("Coupon"),
    after: { words: words(summary.code) },
  }),
  "order.coupon-removed": simple("coupon", "money", () => i18n._("A coupon was taken off")),
  "order.coupon-lapsed": simple("coupon", "money", () =>
    i18n._("A coupon fell off: its rules no longer hold"),
  ),
  "order.customer-assigned": simple("people", "details", () => i18n._("Tied to the customer’s card")),
  "order.customer-unset": simple("people", "details", () => i18n._("Taken off the customer’s card")),
  "order.operator-assigned": changed("people", "details", "/operator", () => i18n._("Operator")),
  "order.source-set": changed("orders", "details", "/source", () => i18n._("Source")),
  "order.billing-address-changed": simple("edit", "details", () => i18n._("Billing address written")),
  "order.shipping-address-changed": simple("edit", "details", () => i18n._("Shipping address written")),
  "order.payment-method-chosen": chosen("money", "money", "/payment_method", () => i18n._("To be paid by")),
  "order.shipping-method-chosen": chosen("truck", "details", "/shipping_method", () =>
    i18n._("To be sent by"),
  ),
  "order.payment-recorded": paid((summary) => i18n._("Paid by {method}", { method: byMethod(summary) })),
  "order.payment-captured": paid(() => i18n._("Payment taken")),
  "order.payment-authorized": paid((summary) =>
    i18n._("Promised by {method}", { method: byMethod(summary) }),
  ),
  "order.payment-requested": paid(() => i18n._("Payment asked for")),
  "order.payment-failed": paid(() => i18n._("A payment failed"), "warning"),
  "order.payment-voided": paid(() => i18n._("A payment was taken back out"), "back"),
  "order.payment-link-issued": simple("mail", "money", () => i18n._("Payment link made")),
  "order.refunded": paid(() => i18n._("Given back"), "back"),
  "order.refund-requested": paid(() => i18n._("Refund asked for"), "back"),
  "order.refund-failed": paid(() => i18n._("A refund failed"), "warning"),
  "order.refund-withdrawn": paid(() => i18n._("A refund was withdrawn")),
  "order.shipped": parcel(() => i18n._("Sent with")),
  "order.tracking-corrected": parcel(() => i18n._("Tracking corrected")),
  "order.shipment-delivered": simple("check", "details", () => i18n._("Delivered")),
  "order.shipment-cancelled": simple("back", "details", () => i18n._("A parcel was called back")),
  "order.return-requested": simple("back", "details", () => i18n._("A return was asked for")),
  "order.return-received": simple("box", "details", () => i18n._("A return came back")),
  "order.return-settled": simple("check", "details", () => i18n._("A return was settled")),
  "order.return-cancelled": simple("close", "details", () => i18n._("A return was called off")),
  "order.note-added": simple("flag", "notes", () => i18n._("Internal note added")),
  "order.note-revised": simple("flag", "notes", () => i18n._("Internal note put right")),
  "order.note-removed": simple("flag", "notes", () => i18n._("Internal note removed")),
  "order.tagged": tags(() => i18n._("Tagged")),
  "order.untagged": tags(() => i18n._("Tag taken off")),
  "order.archived": simple("box", "details", () => i18n._("Archived")),
  "order.unarchived": simple("box", "details", () => i18n._("Taken out of the archive")),
  "order.imported": simple("orders", "details", () => i18n._("Imported")),
  "order.document-numbered": (summary) => ({
    icon: "print",
    group: "money",
    text: i18n._("Document issued"),
    after: { words: words(summary.number) },
  }),
  "order.document-printed": simple("print", "details", () => i18n._("Printed")),
  "order.document-voided": simple("print", "money", () => i18n._("Document voided")),
  "order.dispute-opened": simple("warning", "money", () => i18n._("A dispute was opened")),
  "order.dispute-closed": simple("check", "money", () => i18n._("The dispute was closed")),
  "message.requested": (summary) => ({
    icon: "mail",
    group: "mail",
    text: i18n._("Mail written"),
    after: { words: words(summary.template) },
  }),
  "message.rendered": simple("mail", "mail", () => i18n._("Mail made")),
  "message.sent": simple("mail", "mail", () => i18n._("Mail sent")),
  "message.kept": simple("mail", "mail", () => i18n._("Mail kept: no mail server is set up")),
  "message.refused": simple("warning", "mail", () => i18n._("Mail refused")),
  "message.bounced": simple("warning", "mail", () => i18n._("Mail came back")),
  "message.uncertain": simple("warning", "mail", () => i18n._("Mail perhaps sent")),
};

/** An event in words; one that has none yet is told by its name. */
export function told(entry: Pick<TimelineEntry, "topic" | "summary" | "changes">): Told {
  const teller = TELLERS[entry.topic];
  if (teller) return teller(entry.summary, entry.changes);
  const name = entry.topic.replace(/^order\./, "").replaceAll("-", " ");
  return { icon: "clock", group: "details", text: name.charAt(0).toUpperCase() + name.slice(1) };
}
