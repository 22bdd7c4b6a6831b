/** What the list is filtered and sorted by: it stands in the address, and goes to the API under the same names. */

/** They repeat: any of the values will do, but an order has all of the tags in `tag`. */
export const MANY = [
  "status",
  "stage",
  "payment_status",
  "fulfilment_status",
  "return_status",
  "payment_method",
  "shipping_method",
  "operator",
  "source",
  "tag",
  "tag_any",
] as const;
export const ONE = [
  "q",
  "sku",
  "number",
  "customer_id",
  "total_min",
  "total_max",
  "currency",
  "created_from",
  "created_to",
  "placed_from",
  "placed_to",
  "balance",
  "archived",
] as const;

export type ManyName = (typeof MANY)[number];
export type OneName = (typeof ONE)[number];
export type FilterName = ManyName | OneName;

export type Filters = { [name in OneName]?: string } & { [name in ManyName]?: string[] };
export type ListSearch = Filters & {
  sort?: string;
  /** The saved view that was opened, also while its filters are changed. */
  view?: string;
  /** The order whose row is highlighted. */
  at?: string;
};

export const SORTED = ["created_at", "placed_at", "updated_at", "number", "customer", "total"] as const;
export const STANDARD_SORT = "-created_at";

function texts(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.filter((each) => each !== undefined && each !== null && each !== "").map(String);
}

/** The parameters of an address that mean something; odd ones are left out. */
export function readSearch(raw: Record<string, unknown>): ListSearch {
  const search: ListSearch = {};
  for (const name of ONE) {
    const [first] = texts(raw[name]);
    if (first !== undefined) search[name] = first;
  }
  for (const name of MANY) {
    const values = [...new Set(texts(raw[name]))];
    if (values.length) search[name] = values;
  }
  const [sort] = texts(raw.sort);
  if (sort && SORTED.includes(sort.replace(/^-/, "") as never)) search.sort = sort;
  for (const name of ["view", "at"] as const) {
    const [first] = texts(raw[name]);
    if (first) search[name] = first;
  }
  return search;
}

/** `status=a&tag=b&tag=c` to an object of texts and lists of texts. */
export function parseSearch(text: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const params = new URLSearchParams(text);
  for (const name of new Set(params.keys())) {
    const values = params.getAll(name);
    found[name] = values.length > 1 ? values : values[0];
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const each of texts(value)) params.append(name, each);
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** The filters alone, without sort, view and highlighted row. */
export function filtersOf({ sort: _, at: __, view: ___, ...filters }: ListSearch): Filters {
  return filters;
}

/** Filters as one text, whatever the order they were chosen in. */
export const written = (filters: Filters): string =>
  JSON.stringify(
    Object.entries(filters)
      .map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value])
      .sort(),
  );

export const isMany = (name: string): name is ManyName => (MANY as readonly string[]).includes(name);

/** The same search with one filter set to something else, or taken off. */
export function withFilter(
  search: ListSearch,
  name: FilterName,
  value: string | string[] | undefined,
): ListSearch {
  const { [name]: _, ...rest } = search;
  const none = value === undefined || value.length === 0;
  return (none ? rest : { ...rest, [name]: value }) as ListSearch;
}

/** What a heading does to the sort: first as it reads best, then the other way round, then the standard again. */
export function nextSort(current: string | undefined, column: string, first: "" | "-"): string | undefined {
  const other = first ? "" : "-";
  if (current === first + column || (current === undefined && first + column === STANDARD_SORT))
    return other + column;
  if (current === other + column) return undefined;
  return first + column === STANDARD_SORT ? undefined : first + column;
}
