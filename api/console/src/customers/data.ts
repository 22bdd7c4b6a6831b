/** Customer cards as the API tells them, and what hangs on them after a write. */

import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, type OrderRow, taken, type Versioned, versioned } from "../api/client";
import type { components } from "../api/schema";
import type { CustomersSearch } from "../app/searches";
import { usePaged } from "../parts/paged";

type Schemas = components["schemas"];
export type Card = Schemas["CardAnswer"];
export type CardWithWorth = Schemas["CardWithWorthAnswer"];
export type CardRow = Schemas["CardRowAnswer"];
export type MessageRow = Schemas["MessageRowAnswer"];

/** The fields of a card that are one text each, in the order in which they are read. */
export const CARD_FIELDS = [
  "name",
  "company",
  "email",
  "phone",
  "line1",
  "line2",
  "postcode",
  "city",
  "region",
  "country",
  "vat_number",
] as const;
export type CardField = (typeof CARD_FIELDS)[number];

export const cardQuery = (id: string) =>
  queryOptions({
    queryKey: ["card", id],
    queryFn: ({ signal }) =>
      versioned(
        api.GET("/api/v1/customers/{customer_id}", { params: { path: { customer_id: id } }, signal }),
      ),
  });

export function useCustomers(filters: CustomersSearch) {
  return usePaged<CardRow>(["customers", filters], (cursor, signal) => {
    const query = { ...filters, ...(cursor ? { cursor } : {}), count: "estimate" };
    return taken(api.GET("/api/v1/customers", { params: { query: query as never }, signal }));
  });
}

export function useOrdersOf(id: string) {
  return usePaged<OrderRow>(["orders-of", id], (cursor, signal) => {
    const query = { customer_id: id, archived: "all", count: "exact", ...(cursor ? { cursor } : {}) };
    return taken(api.GET("/api/v1/orders", { params: { query: query as never }, signal }));
  });
}

export function useMessagesOf(id: string, enabled: boolean) {
  return usePaged<MessageRow>(
    ["messages-of", id],
    (cursor, signal) => {
      const query = { customer_id: id, ...(cursor ? { cursor } : {}) };
      return taken(api.GET("/api/v1/messages", { params: { query: query as never }, signal }));
    },
    enabled,
  );
}

/** After a write: the card as the server answered it, with its lifetime as it was until that is read again. */
export function useCardChanged(): (answer: Versioned<Card>) => void {
  const client = useQueryClient();
  return useCallback(
    ({ data, version }) => {
      client.setQueryData<Versioned<CardWithWorth>>(cardQuery(data.id).queryKey, (was) => ({
        data: { lifetime: was?.data.lifetime ?? null, ...data },
        version,
      }));
      void client.invalidateQueries({ queryKey: ["card"] });
      void client.invalidateQueries({ queryKey: ["customer", data.id] });
      for (const name of ["customers", "orders-of"]) void client.invalidateQueries({ queryKey: [name] });
    },
    [client],
  );
}

/** What orders come to in each currency: `3 orders · 120.00 €`. */
export const countOf = (lifetime: CardRow["lifetime"] | null | undefined): number =>
  (lifetime ?? []).reduce((most, each) => Math.max(most, each.orders), 0);
