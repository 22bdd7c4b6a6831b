/** The draft on the server as well: what was begun on one device goes on at another, also after this one is lost. */

import { useEffect, useRef, useState } from "react";
import { api, taken } from "../../api/client";
import { Refused } from "../../api/problems";
import { keep, kept } from "../../text/device";
import type { Draft, Stored } from "./draft";

const SETTLE_MS = 800;
const AGAIN_MS = 5000;
const NAMED = { params: { path: { name: "new-order" } } } as const;

interface Options<T> {
  draft: Draft<T>;
  /** The name under which this device keeps which version of the server's it has seen. */
  name: string;
  isOne: (value: unknown) => value is T;
  isBlank: (typed: T) => boolean;
}

export interface ServerDraft<T> {
  /** Whether what is typed is there by now. */
  isThere: boolean;
  /** A draft of elsewhere that nothing here was taken from. */
  other: Stored<T> | null;
  takeOther: () => void;
  forget: () => void;
}

interface Found<T> extends Stored<T> {
  version: number;
}

async function read<T>(isOne: (value: unknown) => value is T): Promise<Found<T> | null> {
  try {
    const { version, content } = await taken(api.GET("/api/v1/drafts/{name}", NAMED));
    const { at, typed } = content as Partial<Stored<unknown>>;
    return typeof at === "string" && isOne(typed) ? { version, at, typed } : null;
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

const remove = () => taken(api.DELETE("/api/v1/drafts/{name}", NAMED)).catch(() => undefined);

export function useServerDraft<T>({ draft, name, isOne, isBlank }: Options<T>): ServerDraft<T> {
  const { typed, change } = draft;
  const [other, setOther] = useState<Stored<T> | null>(null);
  const [there, setThere] = useState<T | null>(null);
  const [looked, setLooked] = useState(false);
  const latest = useRef({ typed, isOne, isBlank });
  latest.current = { typed, isOne, isBlank };
  const forgotten = useRef(false);
  useEffect(() => {
    // What is typed here stays; a form in which nothing is typed goes on with what was typed elsewhere.
    void read(latest.current.isOne)
      .then((found) => {
        if (!found || forgotten.current) return;
        if (latest.current.isBlank(latest.current.typed)) change(() => found.typed);
        else if (found.version !== Number(kept(name))) setOther(found);
        keep(name, String(found.version));
      })
      .catch(() => undefined)
      .finally(() => setLooked(true));
  }, [change, name]);
  useSending({ typed, looked, blank: isBlank(typed), there, setThere, name, forgotten });
  return {
    isThere: there === typed,
    other,
    takeOther: () => {
      if (other) change(() => other.typed);
      setOther(null);
    },
    forget: () => {
      forgotten.current = true;
      void remove();
    },
  };
}

interface Sending<T> {
  typed: T;
  looked: boolean;
  blank: boolean;
  there: T | null;
  setThere: (typed: T) => void;
  name: string;
  forgotten: { current: boolean };
}

/** Sends what is typed once the keys rest; while the server is away, again and again. */
function useSending<T>({ typed, looked, blank, there, setThere, name, forgotten }: Sending<T>): void {
  const began = useRef(typed);
  useEffect(() => {
    if (!looked || there === typed) return;
    if (there === null && blank && began.current === typed) return;
    let timer: ReturnType<typeof setTimeout>;
    const send = async () => {
      if (forgotten.current) return;
      try {
        if (blank) await remove();
        else {
          const content = { at: new Date().toISOString(), typed };
          const { version } = await taken(api.PUT("/api/v1/drafts/{name}", { ...NAMED, body: { content } }));
          keep(name, String(version));
        }
        if (forgotten.current) await remove();
        else setThere(typed);
      } catch (error) {
        if (!(error instanceof Refused)) timer = setTimeout(send, AGAIN_MS);
      }
    };
    timer = setTimeout(send, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [typed, looked, blank, there, setThere, name, forgotten]);
}
