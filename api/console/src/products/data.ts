/** The catalogue: its list, one product with its version, and what a change sends. */

import { i18n } from "@lingui/core";
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, taken, type Versioned, versioned, writing } from "../api/client";
import { Refused } from "../api/problems";
import type { components } from "../api/schema";
import { usePaged } from "../parts/paged";

type Schemas = components["schemas"];
export type Product = Schemas["ProductAnswer"];
export type ProductRow = Schemas["ProductRowAnswer"];
export type Facts = Schemas["ProductFactsForm"];

export const productQuery = (sku: string) =>
  queryOptions({
    queryKey: ["product", sku],
    queryFn: ({ signal }) =>
      versioned(api.GET("/api/v1/products/{sku}", { params: { path: { sku } }, signal })),
    staleTime: 0,
  });

export function useProducts(filters: { q?: string | undefined; active?: string | undefined }) {
  return usePaged<ProductRow>(["products", filters], (cursor, signal) => {
    const query = { ...filters, ...(cursor ? { cursor } : {}), count: "estimate" };
    return taken(api.GET("/api/v1/products", { params: { query: query as never }, signal }));
  });
}

/** All that is known of a product, as it is sent back. */
export function factsOf({
  names,
  prices,
  options,
  tax_rate,
  taxes,
  unit,
  weight,
  barcode,
  picture,
}: Product): Facts {
  const [only] = taxes ?? [];
  const charged =
    taxes === null
      ? {}
      : taxes.length <= 1 && !only?.name
        ? { tax_rate: tax_rate ?? "0" }
        : { taxes: taxes.map(({ name, rate, compound }) => ({ name, rate, compound })) };
  return {
    names,
    prices,
    options,
    unit,
    barcode,
    picture,
    ...charged,
    ...(weight === null ? {} : { weight }),
  } as Facts;
}

export const putProduct = (sku: string, facts: Facts, version?: number) =>
  versioned(
    api.PUT("/api/v1/products/{sku}", {
      params: { path: { sku } },
      body: facts,
      headers: writing(crypto.randomUUID(), version),
    }),
  );

export function productChanged(client: QueryClient, answer: Versioned<Product>): void {
  client.setQueryData(productQuery(answer.data.sku).queryKey, answer);
  void client.invalidateQueries({ queryKey: ["products"] });
}

/** A cell that was typed into: which fact of which product, as it stood and as it was typed. */
export interface CellChange {
  sku: string;
  field: CellField;
  was: string;
  typed: string;
}

export type CellField = "name" | "price" | "rate" | "barcode";

export interface Locale {
  /** The language and currency of the list. */
  locale: string;
  currency: string;
}

/** Somebody else changed the same cell meanwhile; it stands so now. */
export class CellOvertaken extends Error {
  readonly now: string;

  constructor(now: string) {
    super(i18n._("Somebody else wrote {now} meanwhile. Enter again writes yours.", { now: now || "–" }));
    this.now = now;
  }
}

/** What a cell says of a product. */
export function cellText(product: Product, field: CellField, { locale, currency }: Locale): string {
  const names = product.names as Record<string, string>;
  if (field === "name") return names[locale] ?? Object.values(names)[0] ?? "";
  if (field === "price") return product.prices.find((each) => each.currency === currency)?.amount ?? "";
  if (field === "rate") return product.tax_rate ?? "";
  return product.barcode;
}

/** The facts of a product with one cell otherwise; an empty price or rate is none. */
export function withCell(facts: Facts, field: CellField, typed: string, { locale, currency }: Locale): Facts {
  if (field === "name") return { ...facts, names: { ...facts.names, [locale]: typed } };
  if (field === "barcode") return { ...facts, barcode: typed };
  if (field === "rate") {
    const { tax_rate: _, taxes: __, ...rest } = facts;
    return typed ? { ...rest, tax_rate: typed } : rest;
  }
  const others = (facts.prices ?? []).filter((each) => each.currency !== currency);
  return { ...facts, prices: typed ? [...others, { amount: typed, currency }] : others };
}

/** Writes one cell on the product as it is now; raises `CellOvertaken` where the cell is no longer as it was seen. */
export async function writeCell(
  client: QueryClient,
  { sku, field, was, typed }: CellChange,
  locale: Locale,
): Promise<Versioned<Product>> {
  for (let tries = 0; ; tries += 1) {
    const now = await client.fetchQuery(productQuery(sku));
    const stands = cellText(now.data, field, locale);
    if (!sameCell(field, stands, was)) throw new CellOvertaken(stands);
    try {
      return await putProduct(sku, withCell(factsOf(now.data), field, typed, locale), now.version);
    } catch (error) {
      if (tries > 1 || !(error instanceof Refused && error.isStale)) throw error;
    }
  }
}

/** Amounts and rates are the same however many zeros they end with. */
export function sameCell(field: CellField, one: string, other: string): boolean {
  const plain = (text: string) =>
    field === "price" || field === "rate" ? text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "") : text;
  return plain(one) === plain(other);
}
