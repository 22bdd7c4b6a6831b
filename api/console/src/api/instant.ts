/**
 * The instant that the whole console shows; none: the present. What is read of the past is asked for that instant,
 * here, in one place; what is only known of the present, and every write, is refused before it is sent.
 */

export const AXES = ["as_of", "known_at"] as const;
export type Axis = (typeof AXES)[number];

export interface Instant {
  axis: Axis;
  /** As it was chosen: without an offset it is the shop's own time. */
  at: string;
}

const BASE = "/api/v1";
const OF_THE_PAST =
  /^\/(orders|customers|stock)(\/[^/]+)?$|^\/orders\/[^/]+\/(timeline|history|events)$|^\/exports\//;
const OF_ALL_TIMES =
  /^\/(session|settings|views|meta|operators|changes|customers\/erasure)(\/|$)|^\/orders\/[^/]+\/diff$/;
/** Says that the present is meant although the console shows the past. */
const PRESENT = "X-Present";
export const PRESENTLY = { [PRESENT]: "1" };

let shown: Instant | null = null;
const listeners = new Set<() => void>();

export const instantShown = (): Instant | null => shown;

export function onInstant(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const sameInstant = (one: Instant | null, other: Instant | null): boolean =>
  one?.at === other?.at && one?.axis === other?.axis;

export function showInstant(instant: Instant | null): void {
  if (sameInstant(instant, shown)) return;
  shown = instant;
  for (const listener of listeners) listener();
}

/** The instant that an address names. */
export function instantIn(search: string): Instant | null {
  const params = new URLSearchParams(search);
  for (const axis of AXES) {
    const at = params.get(axis);
    if (at) return { axis, at };
  }
  return null;
}

/** The request as it is sent while the console shows an instant, or the answer that refuses it. */
export function atInstant(request: Request): Request | Response {
  const url = new URL(request.url);
  const path = url.pathname.replace(BASE, "");
  const present = request.headers.get(PRESENT) !== null;
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
