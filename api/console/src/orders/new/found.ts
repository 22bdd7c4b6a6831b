/** Clients and products as they are looked for while an order is taken. */

import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, taken } from "../../api/client";
import type { components } from "../../api/schema";
import { useMay } from "../../app/session";
import { useSettled } from "../../parts/later";
import type { CartLine } from "./cart";

export type FoundClient = components["schemas"]["CardRowAnswer"];
export type FoundProduct = components["schemas"]["ProductRowAnswer"];

const PAUSE_MS = 80;
const MOST = 8;

export const clientsQuery = (words: string) =>
  queryOptions({
    queryKey: ["find-client", words],
    queryFn: async ({ signal }) => {
      const query = { q: words, limit: MOST };
      return (await taken(api.GET("/api/v1/customers", { params: { query }, signal }))).items;
    },
    staleTime: 10_000,
  });

export const productsQuery = (words: string, currency: string, locale: string) =>
  queryOptions({
    queryKey: ["find-product", words, currency, locale],
    queryFn: async ({ signal }) => {
      const query = { q: words, limit: MOST, currency, locale: locale as "en" };
      return (await taken(api.GET("/api/v1/products", { params: { query }, signal }))).items;
    },
    staleTime: 10_000,
  });

export function useFoundClients(typed: string) {
  const now = typed.trim();
  const words = useSettled(now, PAUSE_MS);
  const enabled = useMay()("customers:read") && words !== "";
  const answer = useQuery({ ...clientsQuery(words), enabled, placeholderData: keepPreviousData });
  const isCurrent = words === now && (!enabled || (!answer.isPlaceholderData && !answer.isPending));
  return { clients: enabled && now ? (answer.data ?? []) : [], isCurrent };
}

export function useFoundProducts(words: string, currency: string, locale: string) {
  const settled = useSettled(words, PAUSE_MS);
  const enabled = useMay()("stock:read") && settled !== "";
  const answer = useQuery({
    ...productsQuery(settled, currency, locale),
    enabled,
    placeholderData: keepPreviousData,
  });
  const isCurrent = settled === words && (!enabled || (!answer.isPlaceholderData && !answer.isPending));
  return { products: enabled && words ? (answer.data ?? []) : [], isCurrent };
}

/** The product that a scanner or a whole SKU means: never a mere likeness. */
export function exactly(products: readonly FoundProduct[], words: string): FoundProduct | undefined {
  const means = (text: string) => text !== "" && text.toLowerCase() === words.toLowerCase();
  return products.find((each) => means(each.barcode)) ?? products.find((each) => means(each.sku));
}

export function lineOf(product: FoundProduct, quantity: string): CartLine {
  const price = product.unit_price?.amount ?? "";
  return {
    key: crypto.randomUUID(),
    sku: product.sku,
    name: product.name,
    listed: true,
    quantity,
    price,
    listPrice: price,
    rate: product.tax_rate ?? "",
    available: product.available,
    low: product.low,
  };
}

/** A line that no catalogue knows. */
export const freeLine = (name: string, quantity: string): CartLine => ({
  key: crypto.randomUUID(),
  sku: "",
  name,
  listed: false,
  quantity,
  price: "",
  listPrice: "",
  rate: "",
  available: null,
  low: false,
});
