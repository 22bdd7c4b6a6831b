/** A form over what stands on the server: what was touched is kept apart, the rest follows what others do. */

import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { writing } from "../api/client";
import { Refused } from "../api/problems";
import { lookAtPermissions, sessionState } from "../api/session";
import { keep, kept } from "../text/device";
import { complaintOf } from "./refused";

/** What stands, and the version of it. */
export interface Standing<T> {
  values: T;
  version: number;
}

export interface Options<T, Answer> {
  /** What stands as far as this page knows. */
  standing: Standing<T>;
  /** Reads what stands anew: after a version that is gone. */
  refresh: () => Promise<Standing<T>>;
  /** Makes the request; its headers carry the key and the version. */
  send: (values: T, headers: Record<string, string>, changed: Partial<T>) => Promise<Answer>;
  done: (answer: Answer, values: T) => void;
  /** Keeps what is typed on this device under this name until it is written; left out: for this page alone. */
  name?: string;
}

export interface Editor<T> {
  values: T;
  /** What stands, beside what was typed. */
  standing: T;
  isTouched: boolean;
  busy: boolean;
  error: unknown;
  set: (change: Partial<T>) => void;
  save: () => void;
  reset: () => void;
  /** The fields that somebody else changed since they were touched here. */
  overtaken: (keyof T & string)[];
  /** Keeps what was typed in them; what the others wrote was looked at. */
  keepMine: () => void;
  takeTheirs: (name: keyof T) => void;
  /** What the server says about a field of the body. */
  complaint: (name: string) => string | undefined;
}

interface Touched<T> {
  typed: Partial<T>;
  /** What stood in the fields when they were touched. */
  seen: Partial<T>;
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The touched fields that stand otherwise than when they were touched, and than they were typed. */
export function clashes<T extends object>({ typed, seen }: Touched<T>, now: T): (keyof T & string)[] {
  const names = Object.keys(typed) as (keyof T & string)[];
  return names.filter((name) => !same(seen[name], now[name]) && !same(typed[name], now[name]));
}

/** What was touched, with a change; what is again as it stands is touched no longer. */
export function withChange<T extends object>(
  touched: Touched<T>,
  standing: T,
  change: Partial<T>,
): Touched<T> {
  const typed = { ...touched.typed };
  const seen = { ...touched.seen };
  for (const name of Object.keys(change) as (keyof T)[]) {
    if (!(name in typed)) seen[name] = standing[name];
    typed[name] = change[name];
    if (same(typed[name], standing[name])) {
      delete typed[name];
      delete seen[name];
    }
  }
  return { typed, seen };
}

export function useEditor<T extends object, Answer>(options: Options<T, Answer>): Editor<T> {
  const { standing } = options;
  const [touched, touch] = useTouched<T>(options.name);
  const sent = useRef({ text: "", key: "" });
  const values = { ...standing.values, ...touched.typed };
  const mutation = useMutation({
    mutationFn: () => write(options, touched, sent.current),
    onSuccess: (answer) => {
      touch({ typed: {}, seen: {} });
      options.done(answer, values);
    },
    onError: (error) => {
      if (error instanceof Refused && error.code === "permission-missing") void lookAtPermissions();
    },
  });
  const names = clashes(touched, standing.values);
  return {
    values,
    standing: standing.values,
    isTouched: Object.keys(touched.typed).length > 0,
    busy: mutation.isPending,
    error: mutation.error instanceof Refused && mutation.error.isStale ? null : mutation.error,
    set: (change) => touch(withChange(touched, standing.values, change)),
    save: () => !mutation.isPending && mutation.mutate(),
    reset: () => {
      mutation.reset();
      touch({ typed: {}, seen: {} });
    },
    overtaken: names,
    keepMine: () => {
      const looked = Object.fromEntries(names.map((name) => [name, standing.values[name]]));
      touch({ typed: touched.typed, seen: { ...touched.seen, ...(looked as Partial<T>) } });
    },
    takeTheirs: (name) =>
      touch(withChange(touched, standing.values, { [name]: standing.values[name] } as never)),
    complaint: (name) => complaintOf(mutation.error, `/${name}`),
  };
}

/** Sends what was typed on what stands; where only other fields changed meanwhile, once more on that. */
async function write<T extends object, Answer>(
  { standing, refresh, send }: Options<T, Answer>,
  touched: Touched<T>,
  sent: { text: string; key: string },
): Promise<Answer> {
  const on = ({ values, version }: Standing<T>) => {
    const body = { ...values, ...touched.typed };
    const text = JSON.stringify([body, version]);
    if (sent.text !== text) Object.assign(sent, { text, key: crypto.randomUUID() });
    return send(body, writing(sent.key, version), touched.typed);
  };
  try {
    return await on(standing);
  } catch (error) {
    if (!(error instanceof Refused && error.isStale)) throw error;
    const now = await refresh();
    if (clashes(touched, now.values).length) throw error;
    return await on(now);
  }
}

/** What was touched, kept on this device for this operator where the form has a name. */
function useTouched<T>(name: string | undefined) {
  const place = name && `typed.${sessionState().caller?.actor ?? ""}.${name}`;
  const [touched, setTouched] = useState<Touched<T>>(() => read(place));
  const touch = (next: Touched<T>) => {
    setTouched(next);
    if (place) keep(place, Object.keys(next.typed).length ? JSON.stringify(next) : null);
  };
  return [touched, touch] as const;
}

function read<T>(place: string | undefined): Touched<T> {
  const nothing = { typed: {}, seen: {} };
  try {
    return place ? (JSON.parse(kept(place) ?? "null") ?? nothing) : nothing;
  } catch {
    return nothing;
  }
}
