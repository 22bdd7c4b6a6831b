/** Stock as the API tells it: figures of each SKU, what moved them, and to whom units are promised. */

import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, taken, type Versioned, versioned, writing } from "../api/client";
import type { components } from "../api/schema";
import { usePaged } from "../parts/paged";

type Schemas = components["schemas"];
export type StockItem = Schemas["StockItemAnswer"];
export type Movement = Schemas["StockMovementAnswer"];
export type Promised = Schemas["PromisedAnswer"];

export function useStock(filters: { q?: string | undefined; low?: string | undefined }) {
  return usePaged<StockItem>(["stock-list", filters], (cursor, signal) => {
    const query = { ...filters, ...(cursor ? { cursor } : {}), count: "estimate" };
    return taken(api.GET("/api/v1/stock", { params: { query: query as never }, signal }));
  });
}

export const stockItemQuery = (sku: string) =>
  queryOptions({
    queryKey: ["stock-item", sku],
    queryFn: ({ signal }) => versioned(api.GET("/api/v1/stock/{sku}", { params: { path: { sku } }, signal })),
    staleTime: 0,
  });

export function useMovements(sku: string) {
  return usePaged<Movement>(["stock-movements", sku], (cursor, signal) => {
    const query = cursor ? { cursor } : {};
    return taken(api.GET("/api/v1/stock/{sku}/movements", { params: { path: { sku }, query }, signal }));
  });
}

export const promisedQuery = (sku: string) =>
  queryOptions({
    queryKey: ["stock-promised", sku],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/stock/{sku}/promised", { params: { path: { sku } }, signal })),
    staleTime: 0,
  });

/** After a movement: the figures as the server answered them; what explains them is read anew. */
export function stockChanged(client: QueryClient, answer: Versioned<StockItem>): void {
  client.setQueryData(stockItemQuery(answer.data.sku).queryKey, answer);
  for (const name of ["stock-list", "stock-movements", "stock-promised", "products", "stock"])
    void client.invalidateQueries({ queryKey: [name] });
}

interface Told {
  sku: string;
  key: string;
  reason?: string;
}

const said = ({ reason }: Told) => (reason?.trim() ? { reason: reason.trim() } : {});

export const receive = (told: Told & { quantity: number; reference?: string }) =>
  versioned(
    api.POST("/api/v1/stock/{sku}/receipts", {
      params: { path: { sku: told.sku } },
      body: {
        quantity: told.quantity,
        ...(told.reference?.trim() ? { reference: told.reference.trim() } : {}),
        ...said(told),
      },
      headers: writing(told.key),
    }),
  );

export const adjust = (told: Told & { change?: number; counted?: number }, version?: number) =>
  versioned(
    api.POST("/api/v1/stock/{sku}/adjustments", {
      params: { path: { sku: told.sku } },
      body: {
        ...(told.counted === undefined ? { change: told.change ?? 0 } : { counted: told.counted }),
        ...said(told),
      },
      headers: writing(told.key, version),
    }),
  );
