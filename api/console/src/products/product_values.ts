/** A product as it is typed, and as it is sent. */

import { placesOfCurrency, typedAmount } from "../text/money";
import { type Facts, factsOf, type Product } from "./data";

export const UNITS = [
  "piece",
  "pair",
  "pack",
  "box",
  "g",
  "kg",
  "t",
  "ml",
  "l",
  "cm",
  "m",
  "m2",
  "m3",
  "hour",
  "day",
] as const;

export interface ProductValues {
  sku: string;
  names: Record<string, string>;
  prices: { amount: string; currency: string }[];
  /** Empty: what the shop charges. */
  tax_rate: string;
  /** Where several are charged, they are kept as they are. */
  taxes: { name: string; rate: string }[] | null;
  unit: string;
  weight: number | string | null;
  barcode: string;
  picture: string;
  options: { name: string; values: string[] }[];
}

export function valuesOf(product: Product | undefined, currency: string): ProductValues {
  if (!product)
    return {
      sku: "",
      names: {},
      prices: [{ amount: "", currency }],
      tax_rate: "",
      taxes: null,
      unit: "piece",
      weight: null,
      barcode: "",
      picture: "",
      options: [],
    };
  const { taxes } = factsOf(product);
  return {
    sku: product.sku,
    names: product.names as Record<string, string>,
    prices: product.prices.length ? product.prices : [{ amount: "", currency }],
    tax_rate: product.taxes === null ? "" : (product.tax_rate ?? ""),
    taxes: (taxes as ProductValues["taxes"]) ?? null,
    unit: product.unit,
    weight: product.weight,
    barcode: product.barcode,
    picture: product.picture,
    options: product.options,
  };
}

/** What is sent: names and prices that say nothing are left out, and so is a rate of none. */
export function bodyOf(values: ProductValues): Facts {
  const rate = values.tax_rate.trim().replace(",", ".").replace(/\s*%$/, "");
  const charged = values.taxes ? { taxes: values.taxes } : rate ? { tax_rate: rate } : {};
  const told = Object.entries(values.names).filter(([, name]) => name.trim());
  return {
    names: Object.fromEntries(told.map(([locale, name]) => [locale, name.trim()])),
    prices: values.prices
      .filter(({ amount }) => amount.trim())
      .map(({ amount, currency }) => ({ amount: typedAmount(amount, placesOfCurrency(currency)), currency })),
    options: values.options.filter(({ name, values: chosen }) => name.trim() || chosen.length),
    unit: values.unit,
    barcode: values.barcode.trim(),
    picture: values.picture.trim(),
    ...charged,
    ...(values.weight === null ? {} : { weight: values.weight }),
  } as Facts;
}
