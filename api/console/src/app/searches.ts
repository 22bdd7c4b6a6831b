/**
 * What stands in the addresses of the lists of the back office: odd parameters are left out. A name that the list of
 * orders has too is of the same type here: a link that keeps what stands there may lead from either.
 */

type Raw = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function texts(value: unknown): string[] | undefined {
  const found = (Array.isArray(value) ? value : [value]).map(text).filter((each) => each !== undefined);
  return found.length ? found : undefined;
}

function choice<T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((each) => each === value);
}

const tidy = <T extends object>(search: T): T =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;

export interface CustomersSearch {
  q?: string | undefined;
  tag?: string[] | undefined;
  country?: string | undefined;
}

export const readCustomersSearch = ({ q, tag, country }: Raw): CustomersSearch =>
  tidy({ q: text(q), tag: texts(tag), country: text(country) });

export interface ProductsSearch {
  q?: string | undefined;
  active?: "all" | "false" | undefined;
  /** The product whose facts are open. */
  sku?: string | undefined;
}

export const readProductsSearch = ({ q, active, sku }: Raw): ProductsSearch =>
  tidy({ q: text(q), active: choice(active, ["all", "false"] as const), sku: text(sku) });

export interface StockSearch {
  q?: string | undefined;
  low?: "true" | undefined;
  /** The SKU whose figures are explained. */
  sku?: string | undefined;
}

export const readStockSearch = ({ q, low, sku }: Raw): StockSearch =>
  tidy({ q: text(q), low: choice(low, ["true"] as const), sku: text(sku) });
