/** A stock take as it goes: what was scanned so far, kept on this device until it is written. */

import { api, taken, versioned } from "../api/client";
import { Refused } from "../api/problems";
import { readWanted } from "../orders/new/cart";
import { keep, kept } from "../text/device";
import type { StockItem } from "./data";

export interface Counted {
  sku: string;
  name: string;
  /** What the shelf holds by the books when it was scanned first, and the version of that; null: not counted yet. */
  expected: number | null;
  version: number | null;
  /** As it is typed; scans add to it. */
  counted: string;
  /** What became of it, once it was written. */
  state?: "written" | "moved" | "refused" | undefined;
  complaint?: string | undefined;
}

const PLACE = "stock-take";

export function keptCounts(): Counted[] {
  try {
    return (JSON.parse(kept(PLACE) ?? "[]") as Counted[]) ?? [];
  } catch {
    return [];
  }
}

export const keepCounts = (rows: readonly Counted[]): boolean =>
  keep(PLACE, rows.length ? JSON.stringify(rows) : null);

/** `3 x MUG-BLUE` or a scan: so many of what code. */
export function readScan(typed: string): { code: string; units: number } {
  const { quantity, words } = readWanted(typed);
  return { code: words, units: /^\d+$/.test(quantity) ? Number(quantity) : 1 };
}

/** The rows with so many more of one; a row that was written already begins anew. */
export function withScan(rows: readonly Counted[], found: Counted, units: number): Counted[] {
  const was = rows.find((each) => each.sku === found.sku && each.state !== "written");
  const counted = String((was && /^\d+$/.test(was.counted) ? Number(was.counted) : 0) + units);
  const row = { ...(was ?? found), counted, state: undefined, complaint: undefined };
  return [row, ...rows.filter((each) => each.sku !== found.sku)];
}

/** What was scanned: by barcode, else by SKU; null where nobody knows it. */
export async function lookUp(code: string): Promise<Counted | null> {
  const query = { barcode: code, active: "all" as const, limit: 1 };
  const { items } = await taken(api.GET("/api/v1/products", { params: { query } }));
  const product = items[0] ?? (await productOf(code));
  const sku = product?.sku ?? code;
  const item = await itemOf(sku);
  if (!product && !item) return null;
  return {
    sku,
    name: product?.name ?? "",
    expected: item?.data.on_hand ?? null,
    version: item?.version ?? null,
    counted: "0",
  };
}

const unknown = (error: unknown): null => {
  if (error instanceof Refused && error.problem.status === 404) return null;
  throw error;
};

async function productOf(sku: string): Promise<{ sku: string; name: string } | null> {
  const params = { path: { sku } };
  const found = await taken(api.GET("/api/v1/products/{sku}", { params })).catch(unknown);
  return found && { sku: found.sku, name: Object.values(found.names)[0] ?? "" };
}

export const itemOf = (sku: string): Promise<{ data: StockItem; version: number } | null> =>
  versioned(api.GET("/api/v1/stock/{sku}", { params: { path: { sku } } })).catch(unknown);
