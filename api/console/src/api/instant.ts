/** The instant that the whole console shows, as it stands in addresses: `as_of=…` or `known_at=…`; none: the present. */

let shown = "";
const listeners = new Set<() => void>();

export const instantShown = (): string => shown;

export function onInstant(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function showInstant(instant: string): void {
  if (instant === shown) return;
  shown = instant;
  for (const listener of listeners) listener();
}

/** The instant that an address names. */
export const instantIn = (search: string): string => /\b(as_of|known_at)=[^&]+/.exec(search)?.[0] ?? "";
