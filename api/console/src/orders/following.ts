/** What happens elsewhere: one request that waits for it, for all who listen; polling where it cannot wait. */

import { useEffect, useRef, useSyncExternalStore } from "react";
import { api, taken } from "../api/client";

export interface News {
  /** The orders that changed, with their versions now. */
  versions: ReadonlyMap<string, number>;
  /** More changed than is told: read anew what is shown. */
  resync: boolean;
}

const WAIT_S = 25;
const POLL_MS = 10_000;
/** An answer without news that comes sooner did not wait: there was no place to. */
const AT_ONCE_MS = 1000;
const EVERYTHING: News = { versions: new Map(), resync: true };

const listeners = new Set<(news: News) => void>();
const watchers = new Set<() => void>();
let begun = false;
let waits = true;

function become(now: boolean): void {
  if (now === waits) return;
  waits = now;
  for (const watch of watchers) watch();
}

const tell = (news: News): void => {
  for (const listener of listeners) listener(news);
};

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

async function follow(): Promise<never> {
  let from: { after: number; epoch: string; wait: number } | undefined;
  for (;;) {
    const began = performance.now();
    try {
      const answer = await taken(api.GET("/api/v1/changes", { params: { query: from ?? {} } }));
      const first = from === undefined;
      from = { after: answer.position, epoch: answer.epoch, wait: WAIT_S };
      const versions = new Map(answer.orders.map(({ id, version }) => [id, version]));
      const news = first || answer.resync || versions.size > 0;
      if (news) tell({ versions, resync: first || answer.resync });
      become(news || performance.now() - began > AT_ONCE_MS);
    } catch {
      from = undefined;
      become(false);
      tell(EVERYTHING);
    }
    if (!waits) await pause(POLL_MS);
  }
}

/** Hears of what changed while the component is there. */
export function useNews(listener: (news: News) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const hear = (news: News) => latest.current(news);
    listeners.add(hear);
    if (!begun) {
      begun = true;
      void follow();
    }
    return () => {
      listeners.delete(hear);
    };
  }, []);
}

function subscribe(watch: () => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}

/** Whether news comes when it happens, not only every few seconds. */
export const useFollows = (): boolean => useSyncExternalStore(subscribe, () => waits);
