/** All events that the filters leave, as one file: read page by page, and put together on this device. */

import { fetchSignedIn } from "../api/session";
import { type EventFilters, eventFile } from "./data";

const AT_ONCE = 1000;

/** Saves the file; `told` hears how many pages were read. */
export async function saveEvents(filters: EventFilters, told: (pages: number) => void): Promise<void> {
  const parts: string[] = [];
  let after = 0;
  let head = 1;
  for (let page = 1; after < head; page++) {
    const answer = await fetchSignedIn(new Request(eventFile(filters, after, AT_ONCE)));
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    parts.push(page === 1 ? text : withoutHead(text));
    const next = Number(answer.headers.get("X-Next"));
    head = Number(answer.headers.get("X-Head"));
    if (next <= after) break;
    after = next;
    told(page);
  }
  save(new Blob(parts, { type: "text/csv" }), "events.csv");
}

/** The rows of a table without the line of names above them. */
export const withoutHead = (text: string): string => text.slice(text.indexOf("\n") + 1);

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
