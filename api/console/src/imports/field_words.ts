/** What a mapping calls its fields, in words. */

import { i18n } from "@lingui/core";

type Words = Record<string, string>;

const ofOrders = (): Words => ({
  number: i18n._("Order number"),
  external_id: i18n._("Identity in the other shop"),
  created_at: i18n._("Ordered on"),
  status: i18n._("Status"),
  payment_status: i18n._("Payment's status"),
  fulfilment_status: i18n._("Sending's status"),
  currency: i18n._("Currency"),
  total: i18n._("Total"),
  discount: i18n._("Discount"),
  coupon: i18n._("Coupon"),
  shipping_charge: i18n._("Shipping charge"),
  paid: i18n._("Amount paid"),
  paid_at: i18n._("Paid on"),
  refunded: i18n._("Amount refunded"),
  shipped_at: i18n._("Sent on"),
  carrier: i18n._("Carrier"),
  tracking_code: i18n._("Tracking code"),
  payment_method: i18n._("Way to pay"),
  shipping_method: i18n._("Way to send"),
  channel: i18n._("Source"),
  operator: i18n._("Operator"),
  tags: i18n._("Tags"),
  note: i18n._("Note"),
  customer_id: i18n._("Customer's number"),
  customer_name: i18n._("Customer's name"),
  customer_email: i18n._("Customer's e-mail"),
});

const ofLines = (): Words => ({
  sku: i18n._("SKU"),
  name: i18n._("Product"),
  quantity: i18n._("Quantity"),
  unit_price: i18n._("Unit price"),
  line_total: i18n._("Line's total"),
  line_discount: i18n._("Line's discount"),
  tax_rate: i18n._("Tax rate"),
  tax_amount: i18n._("Tax amount"),
  taxes: i18n._("Taxes"),
  exemption: i18n._("Exemption from tax"),
  unit: i18n._("Unit"),
  options: i18n._("Options"),
});

const ofAddresses = (): Words => ({
  name: i18n._("name"),
  first_name: i18n._("first name"),
  last_name: i18n._("last name"),
  company: i18n._("company"),
  line1: i18n._("street"),
  line2: i18n._("second line"),
  postcode: i18n._("postcode"),
  city: i18n._("city"),
  region: i18n._("region"),
  country: i18n._("country"),
  phone: i18n._("telephone"),
  email: i18n._("e-mail"),
  vat_number: i18n._("VAT number"),
});

/** A field in words: `Order number`, `Billing: city`; one that has none as it is written. */
export function fieldLabel(field: string): string {
  const [place, part] = field.split("/");
  if (!part) return { ...ofOrders(), ...ofLines() }[field] ?? field.replaceAll("_", " ");
  const word = ofAddresses()[part] ?? part.replaceAll("_", " ");
  return place === "billing" ? i18n._("Billing: {word}", { word }) : i18n._("Shipping: {word}", { word });
}

export interface FieldGroup {
  label: string;
  fields: readonly string[];
}

/** The fields in groups, each in the order of the mapping. */
export function fieldGroups(fields: readonly string[]): FieldGroup[] {
  const lines = ofLines();
  const groups: FieldGroup[] = [
    { label: i18n._("Order"), fields: fields.filter((each) => !each.includes("/") && !(each in lines)) },
    { label: i18n._("Lines"), fields: fields.filter((each) => each in lines) },
    { label: i18n._("Billing address"), fields: fields.filter((each) => each.startsWith("billing/")) },
    { label: i18n._("Shipping address"), fields: fields.filter((each) => each.startsWith("shipping/")) },
  ];
  return groups.filter((each) => each.fields.length > 0);
}
