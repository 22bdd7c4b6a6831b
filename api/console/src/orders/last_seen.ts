/** The order whose page was open last: the list begins on its row again, wherever one went from there. */

let last: string | null = null;

export function seen(id: string): void {
  last = id;
}

/** The order once, for the list that one comes back to. */
export function takeLastSeen(): string | null {
  const id = last;
  last = null;
  return id;
}
