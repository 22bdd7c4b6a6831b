/** The operator's session: the token that writes carry, and what waits while nobody is signed in. */

import { instantShown } from "./instant";

const ADDRESS = "/api/v1/session";
const READING = new Set(["GET", "HEAD"]);

export interface Caller {
  actor: string;
  role: string;
  permissions: string[];
  temporary_password: boolean;
  csrf_token: string | null;
}

interface State {
  /** Counts the sign-ins: an answer to a request of an earlier one says nothing of this one. */
  turn: number;
  caller: Caller | null;
  ended: boolean;
}

let state: State = { turn: 0, caller: null, ended: false };
let position: string | null = null;
let waiting: (() => void)[] = [];
const listeners = new Set<() => void>();

function become(next: State): void {
  state = next;
  for (const listener of listeners) listener();
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const sessionState = (): State => state;

/** Somebody signed in: whatever waited goes on. */
export function begin(caller: Caller): void {
  become({ turn: state.turn + 1, caller, ended: false });
  const resumed = waiting;
  waiting = [];
  for (const resume of resumed) resume();
}

/** The operator signed out by themselves. */
export function leave(): void {
  position = null;
  become({ turn: state.turn + 1, caller: null, ended: false });
}

/** Who is signed in by this browser's cookie; nobody: null. */
export async function currentCaller(): Promise<Caller | null> {
  const answer = await fetch(ADDRESS, { headers: { Accept: "application/json" } });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`The session cannot be read: ${answer.status}`);
  return (await answer.json()) as Caller;
}

/** Looks again what the operator may do: a permission may have been taken away while the page was open. */
export async function lookAtPermissions(): Promise<void> {
  const caller = await currentCaller().catch(() => null);
  if (caller && caller.actor === state.caller?.actor) become({ ...state, caller });
}

function signedIn(): Promise<void> {
  if (!state.ended) become({ ...state, ended: true });
  return new Promise((resume) => waiting.push(resume));
}

function dressed(request: Request): Request {
  const headers = new Headers(request.headers);
  const token = state.caller?.csrf_token;
  if (!READING.has(request.method) && token) headers.set("X-CSRF-Token", token);
  if (request.method === "GET" && position) headers.set("X-Min-Position", position);
  return new Request(request.clone(), { headers });
}

/** Another tab signed in anew, so this one's token is no longer the session's. */
async function tokenChanged(answer: Response): Promise<boolean> {
  if (answer.status !== 403) return false;
  const problem = (await answer
    .clone()
    .json()
    .catch(() => null)) as { type?: string } | null;
  if (problem?.type !== "/problems/csrf-token-missing") return false;
  const caller = await currentCaller();
  if (!caller || caller.csrf_token === state.caller?.csrf_token) return false;
  begin(caller);
  return true;
}

/**
 * Sends a request as the operator who is signed in. Where the session ended, it waits until somebody signed in again
 * and is sent once more: what was typed stays where it is. What one operator asked for is never sent as another.
 */
export async function fetchSignedIn(asked: Request): Promise<Response> {
  const request = instantShown() ? (await import("./past_requests")).atInstant(asked) : asked;
  if (request instanceof Response) return request;
  const { caller: asking } = state;
  for (;;) {
    const { turn, caller } = state;
    if (asking && caller && caller.actor !== asking.actor)
      throw new DOMException("Another operator signed in.", "AbortError");
    const answer = await fetch(dressed(request));
    const itself = new URL(request.url).pathname === ADDRESS && request.method === "POST";
    if (answer.status === 401 && !itself) {
      if (turn === state.turn) await signedIn();
    } else if (!(await tokenChanged(answer))) {
      position = answer.headers.get("X-Position") ?? position;
      return answer;
    }
  }
}
