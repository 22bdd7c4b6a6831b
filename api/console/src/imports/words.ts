/** The words of imports. */

import { i18n } from "@lingui/core";
import type { IconName } from "../parts/icon";
import type { Import, Kind } from "./data";

type Words = Record<string, string>;

export const KINDS: readonly Kind[] = [
  "orders",
  "products",
  "customers",
  "stock",
  "coupons",
  "tracking",
  "statuses",
];
/** Kinds that can be taken back; they make, or change, what has a name. */
export const STORED: readonly Kind[] = ["orders", "products", "customers", "stock", "coupons"];

export function kindLabel(kind: string): string {
  const words: Words = {
    orders: i18n._("Orders"),
    products: i18n._("Products"),
    coupons: i18n._("Coupons"),
    tracking: i18n._("Tracking codes"),
    statuses: i18n._("Statuses"),
    customers: i18n._("Customers"),
    stock: i18n._("Stock"),
  };
  return words[kind] ?? kind;
}

export function kindHint(kind: string): string {
  const words: Words = {
    orders: i18n._("Orders of the past from another shop, with their lines, payments and refunds."),
    products: i18n._("The catalogue: SKU, names, prices and tax rates."),
    customers: i18n._("E-mail, name, address, telephone and tags: one card per e-mail address."),
    stock: i18n._("SKU and what was counted: figures are put right as by a stock take."),
    coupons: i18n._("Code, kind, value, and when they hold."),
    tracking: i18n._("Columns number, carrier and code, for orders that are here."),
    statuses: i18n._("Columns number and status, for orders that are here."),
  };
  return words[kind] ?? "";
}

export function stateLabel(state: string): string {
  const words: Words = {
    running: i18n._("At work"),
    paused: i18n._("Paused"),
    cancelled: i18n._("Stopped"),
    failed: i18n._("Stands still"),
    completed: i18n._("In"),
    undoing: i18n._("Being taken back"),
    undone: i18n._("Taken back"),
    "needs-answer": i18n._("Waits for your answer"),
  };
  return words[state] ?? state;
}

export const stateLook = (state: string): [IconName, string] => {
  const looks: Record<string, [IconName, string]> = {
    running: ["half", "blue"],
    paused: ["pause", "violet"],
    cancelled: ["close", "grey"],
    failed: ["warning", "red"],
    completed: ["check", "green"],
    undoing: ["half", "amber"],
    undone: ["back", "grey"],
    "needs-answer": ["warning", "amber"],
  };
  return looks[state] ?? ["dashed", "grey"];
};

const PROFILES: Words = {
  shopify: "Shopify",
  "shopify-api": "Shopify (API)",
  woocommerce: "WooCommerce",
  "woocommerce-analytics": "WooCommerce Analytics",
  amazon: "Amazon",
  "amazon-api": "Amazon (API)",
  prestashop: "PrestaShop",
};

export const profileLabel = (profile: string): string => PROFILES[profile] ?? profile;

/** Where a file came from: its platform, and its shop where that has another name. */
export function originOf({ profile, source }: Pick<Import, "profile" | "source">): string {
  const platform = profileLabel(profile);
  if (!source || source === profile) return platform;
  return platform ? `${source} (${platform})` : source;
}

export function datesLabel(dates: string): string {
  const words: Words = {
    iso: i18n._("year first (2026-03-31)"),
    "day-first": i18n._("day first (31/03/2026)"),
    "month-first": i18n._("month first (03/31/2026)"),
  };
  return words[dates] ?? dates;
}

export function delimiterLabel(delimiter: string): string {
  const words: Words = {
    ",": i18n._("comma"),
    ";": i18n._("semicolon"),
    "\t": i18n._("tab"),
    "|": i18n._("vertical bar"),
  };
  return words[delimiter] ?? delimiter;
}

export function certaintyLabel(certainty: string): string {
  const words: Words = {
    sure: i18n._("sure"),
    likely: i18n._("likely"),
    perhaps: i18n._("perhaps"),
  };
  return words[certainty] ?? "";
}

/** What a column is read as in a profile that knows it. */
export function readAsLabel(readAs: string): string {
  const words: Words = {
    date: i18n._("date"),
    amount: i18n._("amount"),
    person: i18n._("of a person"),
    text: i18n._("text"),
    quantity: i18n._("quantity"),
    country: i18n._("country"),
    packed: i18n._("several values"),
  };
  return readAs ? (words[readAs] ?? readAs) : i18n._("left out");
}
