/** What an import came to, as its totals tell it. */

import type { Money } from "../api/client";

export interface Totals {
  rows: { read: number; accepted: number; refused: number };
  orders?: { new: number; known: number; changed: number; updated: number; refused: number };
  totals: Money[];
  refunded: Money[];
  adjustments: Money[];
  withTotalAsTold: number;
  withoutLines: number;
  unpaid: number;
  namesKept: number;
}

type Told = Record<string, unknown>;

const counts = (value: unknown): Record<string, number> => (value ?? {}) as Record<string, number>;
const amounts = (value: unknown): Money[] =>
  Object.entries((value ?? {}) as Record<string, string>).map(([currency, amount]) => ({ amount, currency }));
const count = (value: unknown): number => (typeof value === "number" ? value : 0);

/** The figures of an import's totals; null before it came to its end. */
export function totalsOf(told: Told): Totals | null {
  if (!told.rows) return null;
  return {
    rows: { read: 0, accepted: 0, refused: 0, ...counts(told.rows) },
    ...(told.orders
      ? { orders: { new: 0, known: 0, changed: 0, updated: 0, refused: 0, ...counts(told.orders) } }
      : {}),
    totals: amounts(told.totals),
    refunded: amounts(told.refunded),
    adjustments: amounts(told.adjustments),
    withTotalAsTold: count(told.orders_with_total_as_told),
    withoutLines: count(told.orders_without_lines),
    unpaid: count(told.orders_unpaid),
    namesKept: count(told.customer_names_kept),
  };
}
