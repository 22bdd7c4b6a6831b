/** What is being typed, kept on this device at every change, for the operator alone. */

import { useEffect, useRef, useState } from "react";
import { keep, kept } from "../../text/device";

/** When it was kept; `refused` where this device keeps nothing. */
export type Kept = { at: string } | "refused" | null;

export interface Stored<T> {
  at: string;
  typed: T;
}

function read<T>(name: string, isOne: (value: unknown) => value is T): Stored<T> | null {
  try {
    const stored = JSON.parse(kept(name) ?? "null") as Stored<unknown> | null;
    return stored && typeof stored.at === "string" && isOne(stored.typed) ? (stored as Stored<T>) : null;
  } catch {
    return null;
  }
}

interface Options<T> {
  name: string;
  begin: () => T;
  isOne: (value: unknown) => value is T;
  /** Whether there is nothing in it to keep. */
  isBlank: (typed: T) => boolean;
}

export interface Draft<T> {
  typed: T;
  change: (next: (typed: T) => T) => void;
  kept: Kept;
  /** Forgets it on this device; what is on the screen stays. */
  forget: () => void;
}

/** State that outlives the page: begun anew, or as it was left. */
export function useDraft<T>({ name, begin, isOne, isBlank }: Options<T>): Draft<T> {
  const [stored] = useState(() => read(name, isOne));
  const [typed, setTyped] = useState<T>(() => stored?.typed ?? begin());
  const [state, setState] = useState<Kept>(stored ? { at: stored.at } : null);
  const forgotten = useRef(false);
  const last = useRef(typed);
  useEffect(() => {
    if (last.current === typed || forgotten.current) return;
    last.current = typed;
    const at = new Date().toISOString();
    if (isBlank(typed)) {
      keep(name, null);
      setState(null);
    } else setState(keep(name, JSON.stringify({ at, typed })) ? { at } : "refused");
  }, [name, typed, isBlank]);
  const forget = () => {
    forgotten.current = true;
    keep(name, null);
  };
  return { typed, change: setTyped, kept: state, forget };
}
