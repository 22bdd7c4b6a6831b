/** What an operator types for an order before it is one: texts as they were typed, nothing is computed from them. */

export const ADDRESS = [
  "name",
  "company",
  "line1",
  "line2",
  "postcode",
  "city",
  "region",
  "country",
  "phone",
  "email",
  "vat_number",
] as const;
export type AddressField = (typeof ADDRESS)[number];
export type AddressText = Record<AddressField, string>;

/** A line; `listed`: its name, rate and unit are the catalogue's, and so is its price while it is typed as there. */
export interface CartLine {
  key: string;
  sku: string;
  name: string;
  listed: boolean;
  quantity: string;
  price: string;
  listPrice: string;
  rate: string;
  available: number | null;
  low: boolean;
}

export interface Client {
  id: string;
  name: string;
}

export interface Cart {
  client: Client | null;
  billing: AddressText;
  /** Sent to the billing address. */
  same: boolean;
  shipping: AddressText;
  lines: CartLine[];
  coupons: string;
  discount: string;
  shippingMethod: string;
  charge: string;
  paymentMethod: string;
  operator: string;
  source: string;
  tags: string[];
  note: string;
}

export const NO_ADDRESS = Object.fromEntries(ADDRESS.map((name) => [name, ""])) as AddressText;

export function blankCart(operator: string): Cart {
  return {
    client: null,
    billing: NO_ADDRESS,
    same: true,
    shipping: NO_ADDRESS,
    lines: [],
    coupons: "",
    discount: "",
    shippingMethod: "",
    charge: "",
    paymentMethod: "",
    operator,
    source: "telephone",
    tags: [],
    note: "",
  };
}

/** Whether nothing was typed that would be missed. */
export function isBlank(cart: Cart): boolean {
  const { operator, source, ...typed } = cart;
  const { operator: _, source: __, ...blank } = blankCart(operator);
  return JSON.stringify({ ...typed, shippingMethod: "", paymentMethod: "" }) === JSON.stringify(blank);
}

/** `3 x honey`: so many of what is looked for. */
export function readWanted(typed: string): { quantity: string; words: string } {
  const match = /^\s*(\d{1,7}(?:[.,]\d{1,6})?)\s*[x×*]\s*(\S.*)$/i.exec(typed);
  return match
    ? { quantity: match[1] ?? "1", words: (match[2] ?? "").trim() }
    : { quantity: "1", words: typed.trim() };
}

/** The lines with one more; of a product that stands there already, more units. Only whole units are added up. */
export function withLine(lines: readonly CartLine[], line: CartLine): CartLine[] {
  const same = lines.find(
    (each) => line.sku !== "" && each.sku === line.sku && each.listed && each.price === line.price,
  );
  if (!same || !/^\d+$/.test(same.quantity) || !/^\d+$/.test(line.quantity)) return [...lines, line];
  const quantity = String(Number(same.quantity) + Number(line.quantity));
  return lines.map((each) => (each === same ? { ...each, quantity } : each));
}

/** A client who is not in the book yet, by what was typed of them. */
export function newClient(typed: string): Partial<AddressText> {
  const text = typed.trim();
  if (text.includes("@")) return { email: text };
  if (/^[+(]?\d[\d\s().-]{3,}$/.test(text)) return { phone: text };
  return { name: text };
}
