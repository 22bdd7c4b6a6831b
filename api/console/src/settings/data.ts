/** The shop's set-up with the version of it, and the forms that change a part of it. */

import { i18n } from "@lingui/core";
import { type QueryClient, queryOptions, useQueryClient } from "@tanstack/react-query";
import { api, type Shop, type Versioned, versioned, writing } from "../api/client";
import type { components } from "../api/schema";
import { useEditor } from "../parts/editor";
import { say } from "../parts/notices";
import { sentenceOf } from "../parts/refused";
import { knowStatuses } from "../text/labels";

export type Papers = components["schemas"]["PapersAnswer"];
export type DefinedStatus = components["schemas"]["DefinedStatusAnswer"];
type Headers = Record<string, string>;

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => versioned(api.GET("/api/v1/settings", { signal })),
  staleTime: 0,
});

export const papersQuery = queryOptions({
  queryKey: ["papers"],
  queryFn: ({ signal }) => versioned(api.GET("/api/v1/settings/papers", { signal })),
  staleTime: 0,
});

/** After a write: the set-up as the server answered it stands everywhere; what hangs on its version is read anew. */
export function settingsChanged(client: QueryClient, answer: Versioned<Shop>): void {
  client.setQueryData(settingsQuery.queryKey, answer);
  client.setQueryData(["shop"], answer.data);
  knowStatuses(answer.data.statuses);
  for (const name of ["papers", "template", "transitions"])
    void client.invalidateQueries({ queryKey: [name] });
}

export function papersChanged(client: QueryClient, answer: Versioned<Papers>): void {
  client.setQueryData(papersQuery.queryKey, answer);
  void client.invalidateQueries({ queryKey: settingsQuery.queryKey });
}

interface Part<T, Whole> {
  /** What the form is kept under on this device while it is typed. */
  name: string;
  pick: (whole: Whole) => T;
  send: (values: T, headers: Headers, changed: Partial<T>) => Promise<Versioned<Whole>>;
  onDone?: (values: T) => void;
}

/** The editor of a part of the set-up. */
export function useShopEditor<T extends object>(shop: Versioned<Shop>, part: Part<T, Shop>) {
  const client = useQueryClient();
  return usePartEditor(shop, part, {
    read: () => client.fetchQuery(settingsQuery),
    changed: (answer) => settingsChanged(client, answer),
  });
}

/** The editor of a part of what papers carry. */
export function usePapersEditor<T extends object>(papers: Versioned<Papers>, part: Part<T, Papers>) {
  const client = useQueryClient();
  return usePartEditor(papers, part, {
    read: () => client.fetchQuery(papersQuery),
    changed: (answer) => papersChanged(client, answer),
  });
}

interface Whole<W> {
  read: () => Promise<Versioned<W>>;
  changed: (answer: Versioned<W>) => void;
}

function usePartEditor<T extends object, W>(
  whole: Versioned<W>,
  { name, pick, send, onDone }: Part<T, W>,
  { read, changed }: Whole<W>,
) {
  const before = pick(whole.data);
  return useEditor<T, Versioned<W>>({
    name: `settings.${name}`,
    standing: { values: before, version: whole.version },
    refresh: async () => {
      const now = await read();
      return { values: pick(now.data), version: now.version };
    },
    send,
    done: (answer, values) => {
      changed(answer);
      say(i18n._("Saved."), { undo: () => takeBack(send(before, undoing(answer), before), changed) });
      onDone?.(values);
    },
  });
}

const undoing = (answer: Versioned<unknown>): Headers => writing(crypto.randomUUID(), answer.version);

/** Writes again what stood before, where nobody worked on since. */
export async function takeBack<W>(
  call: Promise<Versioned<W>>,
  changed: (answer: Versioned<W>) => void,
): Promise<void> {
  try {
    changed(await call);
    say(i18n._("It is as it was."));
  } catch (error) {
    say(sentenceOf(error), { bad: true });
  }
}
