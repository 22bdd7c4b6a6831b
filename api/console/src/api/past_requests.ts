/**
 * What is asked while the console shows the past: what is read of it is asked for that instant, here, in one place;
 * what is only known of the present, and every write, is refused before it is sent.
 */

import { instantShown } from "./instant";

export type Axis = "as_of" | "known_at";

export interface Instant {
  axis: Axis;
  /** As it was chosen: without an offset it is the shop's own time. */
  at: string;
}

/** The instant that an address tells. */
export function readInstant(text: string): Instant | null {
  const [[axis, at] = []] = new URLSearchParams(text);
  return axis && at ? { axis: axis as Axis, at } : null;
}

const BASE = "/api/v1";
const OF_THE_PAST =
  /^\/(orders|customers|stock)(\/[^/]+)?$|^\/orders\/[^/]+\/(timeline|history|events)$|^\/exports\//;
const OF_ALL_TIMES =
  /^\/(session|settings|views|meta|operators|changes|customers\/erasure)(\/|$)|^\/orders\/[^/]+\/diff$/;
/** Says that the present is meant although the console shows the past. */
const PRESENT = "X-Present";
export const PRESENTLY = { [PRESENT]: "1" };

/** The request as it is sent while the console shows an instant, or the answer that refuses it. */
export function atInstant(request: Request): Request | Response {
  const url = new URL(request.url);
  const path = url.pathname.replace(BASE, "");
  const present = request.headers.get(PRESENT) !== null;
  const shown = readInstant(instantShown());
  if (!shown || present || path === "/session") return request;
  if (request.method !== "GET") return refusal("Nothing is changed in the past: leave it first.");
  if (OF_THE_PAST.test(path)) {
    url.searchParams.set(shown.axis, shown.at);
    return new Request(url, request);
  }
  return OF_ALL_TIMES.test(path) ? request : refusal("This is told of the present alone.");
}

function refusal(detail: string): Response {
  const problem = { type: "/problems/past-shown", title: "Past shown", status: 409, detail };
  const headers = { "Content-Type": "application/problem+json" };
  return new Response(JSON.stringify(problem), { status: 409, headers });
}
