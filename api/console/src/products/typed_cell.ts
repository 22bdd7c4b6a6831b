/** What was typed into a cell, as the API takes it. */

import { placesOfCurrency, typedAmount } from "../text/money";
import type { CellField } from "./data";

export function typedCell(field: CellField, typed: string, currency: string): string {
  const text = typed.trim();
  if (text === "" || field === "name" || field === "barcode") return text;
  if (field === "price") return typedAmount(text, placesOfCurrency(currency));
  return text.replace(",", ".").replace(/\s*%$/, "");
}
