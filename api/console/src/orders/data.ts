/** One order and what belongs to it, read from the API and kept together after a write. */

import { type InfiniteData, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, type Order, type OrderRow, type Shop, type TimelineEntry, taken } from "../api/client";
import { knowStatuses } from "../text/labels";

export interface Page {
  items: OrderRow[];
  next: string | null;
}

const MINUTE_MS = 60_000;
const LIKE_IT = 50;
const MOST_PAGES = 20;

export const shopQuery = queryOptions({
  queryKey: ["shop"],
  queryFn: async ({ signal }) => {
    const shop = await taken(api.GET("/api/v1/settings", { signal }));
    knowStatuses(shop.statuses);
    return shop;
  },
  staleTime: 5 * MINUTE_MS,
});

export const useShop = (): Shop | undefined => useQuery(shopQuery).data;

/** The shop's time zone; until it is known, the device's. */
export function useZone(): string {
  return useShop()?.defaults.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ["order", id],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/orders/{order_id}", { params: { path: { order_id: id } }, signal })),
  });

/** The order as it was after one of its versions, which nothing changes any more. */
export const orderThenQuery = (id: string, version: number) =>
  queryOptions({
    queryKey: ["order-then", id, version],
    queryFn: ({ signal }) =>
      taken(
        api.GET("/api/v1/orders/{order_id}", {
          params: { path: { order_id: id }, query: { version } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Everything that happened to it, page by page; what goes on beyond the last page is not asked for. */
export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ["timeline", id],
    queryFn: async ({ signal }) => {
      const items: TimelineEntry[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const params = { path: { order_id: id }, query: cursor ? { cursor } : {} };
        const answer = await taken(api.GET("/api/v1/orders/{order_id}/timeline", { params, signal }));
        items.push(...answer.items);
        cursor = answer.next ?? undefined;
        if (!cursor) break;
      }
      return { items };
    },
  });

export const documentsQuery = (id: string) =>
  queryOptions({
    queryKey: ["documents", id],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/orders/{order_id}/documents", { params: { path: { order_id: id } }, signal })),
  });

export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ["customer", id],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/customers/{customer_id}", { params: { path: { customer_id: id } }, signal })),
    staleTime: MINUTE_MS,
  });

/** The free units of a SKU; null where nobody counts it. */
export const stockQuery = (sku: string) =>
  queryOptions({
    queryKey: ["stock", sku],
    queryFn: async ({ signal }) => {
      // A list, for a SKU that nobody counts is nothing wrong.
      const query = { q: sku, limit: LIKE_IT };
      const { items } = await taken(api.GET("/api/v1/stock", { params: { query }, signal }));
      return items.find((each) => each.sku === sku) ?? null;
    },
  });

function patched(data: InfiniteData<Page> | undefined, row: OrderRow): InfiniteData<Page> | undefined {
  if (!data?.pages.some((page) => page.items.some((each) => each.id === row.id))) return data;
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.map((each) => (each.id === row.id && each.version <= row.version ? row : each)),
  }));
  return { ...data, pages };
}

/** After a write: the order as the server answered it stands everywhere at once; what followed is read anew. */
export function useOrderChanged(): (order: Order) => void {
  const client = useQueryClient();
  return useCallback(
    (order: Order) => {
      client.setQueryData(["order", order.id], order);
      client.setQueriesData<InfiniteData<Page>>({ queryKey: ["orders"] }, (data) => patched(data, order));
      for (const name of ["timeline", "changes", "documents"])
        void client.invalidateQueries({ queryKey: [name, order.id] });
      for (const name of ["stock", "count"]) void client.invalidateQueries({ queryKey: [name] });
      void client.invalidateQueries({ queryKey: ["orders"], refetchType: "none" });
    },
    [client],
  );
}

/** Rows that changed elsewhere are renewed where they stand. */
export function useRowsChanged(): (rows: readonly OrderRow[]) => void {
  const client = useQueryClient();
  return useCallback(
    (rows) => {
      for (const row of rows) {
        client.setQueriesData<InfiniteData<Page>>({ queryKey: ["orders"] }, (data) => patched(data, row));
        void client.invalidateQueries({ queryKey: ["order", row.id] });
      }
    },
    [client],
  );
}
