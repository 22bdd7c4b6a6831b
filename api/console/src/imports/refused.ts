/** The refused rows of an import, as its error file tells them. */

import { queryOptions } from "@tanstack/react-query";
import { isProblem, Refused as RefusedBy, Unreachable } from "../api/problems";
import { fetchSignedIn } from "../api/session";
import { delimiterOf, parseCsv, writeCsv } from "./csv";

const MOST_ROWS = 1000;
const MOST_CHARACTERS = 4_000_000;

export interface Fault {
  /** The wrong cell; -1 where the whole row is. */
  column: number;
  message: string;
  fix: string;
}

export interface RefusedRow {
  /** Its place among the refused rows. */
  index: number;
  /** Where it stood in its file: `17`, or `2:17` in the second file. */
  place: string;
  faults: readonly Fault[];
  /** What the row begins with, to know it by. */
  first: string;
  cells: readonly string[];
}

export interface Refused {
  delimiter: string;
  /** The columns of the file, without those that tell what is wrong. */
  header: readonly string[];
  records: readonly (readonly string[])[];
  rows: readonly RefusedRow[];
}

export const refusedRowsQuery = (id: string) =>
  queryOptions({
    queryKey: ["import", id, "refused"],
    queryFn: async ({ signal }) =>
      refusedOf(...(await beginning(`/api/v1/imports/${id}/errors.csv`, signal))),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The beginning of a text that may be long, and whether that is all of it. */
async function beginning(path: string, signal: AbortSignal): Promise<[string, boolean]> {
  const answer = await fetchSignedIn(new Request(path, { signal }));
  if (!answer.ok || !answer.body) {
    const problem: unknown = await answer.json().catch(() => null);
    throw isProblem(problem) ? new RefusedBy(problem) : new Unreachable();
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.length < MOST_CHARACTERS) {
    const { done, value } = await reader.read();
    if (done) return [text, true];
    text += value;
  }
  await reader.cancel();
  return [text, false];
}

/** The rows of an error file of which at least the beginning is here. */
export function refusedOf(text: string, whole: boolean): Refused {
  const delimiter = delimiterOf(text.slice(0, text.indexOf("\n")));
  const records = parseCsv(text, delimiter, whole).slice(0, MOST_ROWS + 1);
  const head = records[0] ?? [];
  const added = head.indexOf("error_row");
  const width = added < 0 ? head.length : added;
  const header = head.slice(0, width);
  const rows = records.slice(1).map((record, index): RefusedRow => {
    const [place = "", columns = "", , messages = "", fixes = ""] = record.slice(width);
    const [named, fixed] = [columns.split("\n"), fixes.split("\n")];
    const faults = messages.split("\n").map((message, at) => {
      const column = named[at];
      return { column: column ? header.indexOf(column) : -1, message, fix: fixed[at] ?? "" };
    });
    const cells = record.slice(0, width);
    const first = cells.find((cell) => cell.trim()) ?? "";
    return { index, place, faults, first, cells };
  });
  return { delimiter, header, records, rows };
}

/** The rows as a file again, with cells (`row:column`) as they were corrected. */
export function correctedCsv(
  { delimiter, records }: Refused,
  corrections: Readonly<Record<string, string>>,
): string {
  const corrected = records.map((record, at) =>
    record.map((cell, place) => corrections[`${at - 1}:${place}`] ?? cell),
  );
  return writeCsv(corrected, delimiter);
}
