/** A coupon's rules as they are typed, and as the API takes and tells them. */

import type { components } from "../api/schema";
import { dayAfter, dayOf, dayStart } from "../text/instants";
import { typedAmount } from "../text/money";

type Schemas = components["schemas"];
export type CouponRow = Schemas["CouponRowAnswer"];
export type Rules = Schemas["RulesAnswer"];
type RulesForm = Schemas["RulesForm"];
export type Kind = Rules["kind"];

/** What the form holds: amounts and numbers as text, days in the shop's zone (both included). */
export interface TypedRules {
  code: string;
  kind: Kind;
  percent: string;
  amount: string;
  minimum: string;
  currency: string;
  valid_from: string;
  valid_until: string;
  limit: string;
  limit_per_customer: string;
  combines: boolean;
  multiplies: boolean;
  products: string[];
  sku_patterns: string[];
  tags: string[];
  most_items: string;
}

export const blank = (currency: string): TypedRules => ({
  code: "",
  kind: "percent",
  percent: "",
  amount: "",
  minimum: "",
  currency,
  valid_from: "",
  valid_until: "",
  limit: "",
  limit_per_customer: "",
  combines: true,
  multiplies: false,
  products: [],
  sku_patterns: [],
  tags: [],
  most_items: "",
});

const figure = (value: number | null): string => (value === null ? "" : String(value));

export function typed(code: string, rules: Rules, currency: string, zone: string): TypedRules {
  const { amount, minimum, valid_from, valid_until, percent } = rules;
  return {
    code,
    kind: rules.kind,
    percent: percent ?? "",
    amount: amount?.amount ?? "",
    minimum: minimum?.amount ?? "",
    currency: amount?.currency ?? minimum?.currency ?? currency,
    valid_from: valid_from ? dayOf(new Date(valid_from), zone) : "",
    valid_until: valid_until ? dayAfter(dayOf(new Date(valid_until), zone), -1) : "",
    limit: figure(rules.limit),
    limit_per_customer: figure(rules.limit_per_customer),
    combines: rules.combines,
    multiplies: rules.multiplies,
    products: rules.products,
    sku_patterns: rules.sku_patterns,
    tags: rules.tags,
    most_items: figure(rules.most_items),
  };
}

const whole = (text: string): number | string | undefined => {
  const plain = text.trim();
  if (!plain) return undefined;
  return /^\d+$/.test(plain) ? Number(plain) : plain;
};

/** What is sent: what was left empty is left out; what is no number goes as it is, for the server to say so. */
export function rulesForm(typed: TypedRules, zone: string, places: number): RulesForm {
  const money = (text: string) =>
    text.trim() ? { amount: typedAmount(text, places), currency: typed.currency } : undefined;
  const told = {
    kind: typed.kind,
    percent: typed.kind === "percent" ? typed.percent.trim().replace(",", ".") || undefined : undefined,
    amount: typed.kind === "amount" ? money(typed.amount) : undefined,
    minimum: money(typed.minimum),
    valid_from: typed.valid_from ? dayStart(typed.valid_from, zone) : undefined,
    valid_until: typed.valid_until ? dayStart(dayAfter(typed.valid_until, 1), zone) : undefined,
    limit: whole(typed.limit),
    limit_per_customer: whole(typed.limit_per_customer),
    combines: typed.combines,
    multiplies: typed.multiplies,
    products: some(typed.products),
    sku_patterns: some(typed.sku_patterns),
    tags: some(typed.tags),
    most_items: whole(typed.most_items),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as RulesForm;
}

const some = (texts: string[]): string[] | undefined => (texts.length ? texts : undefined);
