/** Counts are written one after the other, each on the figure that it was compared with. */

import { i18n } from "@lingui/core";
import type { QueryClient } from "@tanstack/react-query";
import { Refused } from "../api/problems";
import { sentenceOf } from "../parts/refused";
import { wholeOf } from "../settings/whole";
import { adjust, receive, stockChanged } from "./data";
import type { Counted } from "./taking";

export async function writeCounts(
  client: QueryClient,
  rows: readonly Counted[],
  onRows: (rows: readonly Counted[]) => void,
): Promise<readonly Counted[]> {
  let now = rows;
  for (const row of rows) {
    if (row.state === "written" || row.counted.trim() === "") continue;
    const after = await writeOne(client, row);
    now = now.map((each) => (each.sku === row.sku ? after : each));
    onRows(now);
  }
  return now;
}

async function writeOne(client: QueryClient, row: Counted): Promise<Counted> {
  const key = `take-${row.sku.replace(/[^\x21-\x7e]/g, "_")}-${row.version ?? 0}-${row.counted.trim()}`.slice(
    0,
    200,
  );
  const units = wholeOf(row.counted) as number;
  const told = { sku: row.sku, key, reason: i18n._("Stock take") };
  try {
    const answer = await (row.version === null
      ? receive({ ...told, quantity: units })
      : adjust({ ...told, counted: units }, row.version));
    stockChanged(client, answer);
    return {
      ...row,
      expected: answer.data.on_hand,
      version: answer.version,
      state: "written",
      complaint: undefined,
    };
  } catch (error) {
    const stale = error instanceof Refused && error.isStale;
    return {
      ...row,
      state: stale ? "moved" : "refused",
      complaint: stale ? i18n._("It moved since you counted: look again.") : sentenceOf(error),
    };
  }
}
