/** The reports that the dashboard shows, each asked for by itself, so that a slow one holds no other up. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, taken } from "../api/client";
import type { components } from "../api/schema";
import { type Filters, filtersOf, parseSearch, readSearch } from "../orders/search";
import type { Comparison, Days, Part } from "./period";

type Schemas = components["schemas"];
export type SalesFigures = Schemas["SalesFiguresAnswer"];
export type StatusFigures = Schemas["StatusFiguresAnswer"];
export type StatusDuration = Schemas["StatusDurationAnswer"];
export type Receivable = Schemas["ReceivableAnswer"];
export type LowStock = Schemas["LowStockAnswer"];
export type ReturnFigures = Schemas["ReturnFiguresAnswer"];
export type PeriodTotal = Schemas["PeriodTotalAnswer"];

export interface Asked {
  days: Days;
  currency: string;
  compare: Comparison | undefined;
}

const BEST = 8;
const kept = { placeholderData: keepPreviousData };

export const salesQuery = ({ days, currency, compare }: Asked, by: Part | "source") =>
  queryOptions({
    ...kept,
    queryKey: ["report", "sales", days, currency, compare, by],
    queryFn: ({ signal }) => {
      const query = { ...days, currency, by, ...(compare && { compare }) };
      return taken(api.GET("/api/v1/reports/sales", { params: { query }, signal }));
    },
  });

/** In which currencies there are orders of these days. */
export const currenciesQuery = (days: Days) =>
  queryOptions({
    queryKey: ["report", "currencies", days],
    queryFn: async ({ signal }) => {
      const query = { ...days, by: "source" as const };
      const { totals } = await taken(api.GET("/api/v1/reports/sales", { params: { query }, signal }));
      return totals.map(({ currency }) => currency);
    },
  });

export const statusesQuery = ({ days, currency, compare }: Asked) =>
  queryOptions({
    ...kept,
    queryKey: ["report", "statuses", days, currency, compare],
    queryFn: ({ signal }) => {
      const query = { ...days, currency, ...(compare && { compare }) };
      return taken(api.GET("/api/v1/reports/statuses", { params: { query }, signal }));
    },
  });

export const productsQuery = ({ days, currency, compare }: Asked) =>
  queryOptions({
    ...kept,
    queryKey: ["report", "top-products", days, currency, compare],
    queryFn: ({ signal }) => {
      const query = { ...days, currency, limit: BEST, ...(compare && { compare }) };
      return taken(api.GET("/api/v1/reports/top-products", { params: { query }, signal }));
    },
  });

export const returnsQuery = ({ days, currency, compare }: Asked, by: "state" | "product") =>
  queryOptions({
    ...kept,
    queryKey: ["report", "returns", days, currency, compare, by],
    queryFn: ({ signal }) => {
      const query = { ...days, currency, by, limit: BEST, ...(compare && { compare }) };
      return taken(api.GET("/api/v1/reports/returns", { params: { query }, signal }));
    },
  });

export const durationsQuery = ({ days }: Asked) =>
  queryOptions({
    ...kept,
    queryKey: ["report", "durations", days],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/reports/durations", { params: { query: { ...days } }, signal })),
  });

export const receivablesQuery = ({ currency }: Asked) =>
  queryOptions({
    ...kept,
    queryKey: ["report", "receivables", currency],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/reports/receivables", { params: { query: { currency } }, signal })),
  });

export const lowStockQuery = ({ days }: Asked) =>
  queryOptions({
    ...kept,
    queryKey: ["report", "low-stock", days],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/reports/low-stock", { params: { query: { ...days } }, signal })),
  });

/** The list of orders that a figure stands for. */
export const listOf = (filter: string): Filters => filtersOf(readSearch(parseSearch(filter)));

/** A figure of the server as a length in a picture; what is written beside it is the server's own text. */
export const lengthIn = (amount: string | number): number => Math.max(0, Number(amount));
