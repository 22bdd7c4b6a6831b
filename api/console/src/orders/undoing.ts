/** Taking back what was just done to an order, by the request that the server named for it. */

import { i18n } from "@lingui/core";
import { type Order, taken, writing } from "../api/client";
import { Refused } from "../api/problems";
import { fetchSignedIn } from "../api/session";
import { say } from "../parts/notices";

/** What takes it back for as long as nobody worked on; undefined where nothing does. */
export function undoing(after: Order, changed: (order: Order) => void): (() => Promise<void>) | undefined {
  const { undo } = after;
  if (!undo) return undefined;
  const key = crypto.randomUUID();
  return async () => {
    const headers = { ...writing(key, after.version), "Content-Type": "application/json" };
    const request = new Request(undo.path, { method: undo.method, headers, body: JSON.stringify(undo.body) });
    try {
      changed(await taken(answered(request)));
      say(i18n._("{number} is as it was before.", { number: after.number }));
    } catch (error) {
      const stale = error instanceof Refused && error.isStale;
      const told = error instanceof Refused ? error.problem.detail : i18n._("The server does not answer.");
      say(stale ? i18n._("Somebody worked on {number} since: it stays.", { number: after.number }) : told, {
        bad: true,
      });
    }
  };
}

async function answered(request: Request) {
  const response = await fetchSignedIn(request);
  const body = await response.json();
  return response.ok ? { data: body as Order, response } : { error: body as unknown, response };
}
