/** The filters that the API's list takes, with their words and choices. */

import { i18n } from "@lingui/core";
import type { Shop } from "../api/client";
import {
  fulfilmentLabel,
  methodLabel,
  paymentLabel,
  returnLabel,
  sourceLabel,
  stageLabel,
  statusLabel,
} from "../text/labels";
import type { FilterName } from "./search";

export interface FilterField {
  name: FilterName;
  label: string;
  /** `picked`: what orders have, asked from the server when it is needed. */
  kind: "choice" | "picked" | "text" | "date" | "amount";
  choices?: readonly { value: string; label: string }[];
}

const PAYMENTS = [
  "unpaid",
  "authorized",
  "partially_paid",
  "paid",
  "partially_refunded",
  "refunded",
  "overpaid",
];
const FULFILMENTS = ["unfulfilled", "partially_shipped", "shipped", "delivered", "returned"];
const RETURNS = ["none", "requested", "received", "settled"];
const STAGES = ["draft", "pending", "processing", "on_hold", "shipped", "completed", "cancelled"];
const SOURCES = ["web", "telephone", "market", "shop"];

const named = (codes: readonly string[], label: (code: string) => string) =>
  codes.map((value) => ({ value, label: label(value) }));

export function filterFields(shop: Shop | undefined): FilterField[] {
  const statuses = shop?.statuses.map((each) => ({ value: each.code, label: statusLabel(each) })) ?? [];
  const payments = shop?.payment_methods.map(({ code }) => code) ?? [];
  const sendings = shop?.shipping_methods.map(({ code }) => code) ?? [];
  const archived = [
    { value: "true", label: i18n._("archived ones") },
    { value: "all", label: i18n._("archived ones too") },
  ];
  const balances = [
    { value: "due", label: i18n._("still due") },
    { value: "credit", label: i18n._("to give back") },
  ];
  return [
    { name: "status", label: i18n._("Status"), kind: "choice", choices: statuses },
    { name: "stage", label: i18n._("Stage"), kind: "choice", choices: named(STAGES, stageLabel) },
    {
      name: "payment_status",
      label: i18n._("Payment"),
      kind: "choice",
      choices: named(PAYMENTS, paymentLabel),
    },
    {
      name: "fulfilment_status",
      label: i18n._("Sending"),
      kind: "choice",
      choices: named(FULFILMENTS, fulfilmentLabel),
    },
    { name: "created_from", label: i18n._("Since"), kind: "date" },
    { name: "created_to", label: i18n._("Until"), kind: "date" },
    { name: "placed_from", label: i18n._("Placed since"), kind: "date" },
    { name: "placed_to", label: i18n._("Placed until"), kind: "date" },
    { name: "balance", label: i18n._("Balance"), kind: "choice", choices: balances },
    { name: "tag", label: i18n._("Tag"), kind: "picked" },
    { name: "tag_any", label: i18n._("Any of the tags"), kind: "picked" },
    { name: "total_min", label: i18n._("Total from"), kind: "amount" },
    { name: "total_max", label: i18n._("Total up to"), kind: "amount" },
    {
      name: "payment_method",
      label: i18n._("Paid by"),
      kind: "choice",
      choices: named(payments, (code) => methodLabel(code, shop?.payment_methods)),
    },
    {
      name: "shipping_method",
      label: i18n._("Sent by"),
      kind: "choice",
      choices: named(sendings, (code) => methodLabel(code, shop?.shipping_methods)),
    },
    { name: "return_status", label: i18n._("Return"), kind: "choice", choices: named(RETURNS, returnLabel) },
    { name: "source", label: i18n._("Source"), kind: "picked", choices: named(SOURCES, sourceLabel) },
    { name: "operator", label: i18n._("Operator"), kind: "picked" },
    { name: "sku", label: i18n._("SKU"), kind: "text" },
    { name: "number", label: i18n._("Number"), kind: "text" },
    { name: "currency", label: i18n._("Currency"), kind: "text" },
    { name: "archived", label: i18n._("Archived"), kind: "choice", choices: archived },
  ];
}
