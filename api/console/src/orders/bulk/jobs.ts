/** The jobs that this page asked for and follows, until they are put away. */

import { useSyncExternalStore } from "react";

export interface Followed {
  id: string;
  title: string;
}

const MOST = 3;
let jobs: readonly Followed[] = [];
const listeners = new Set<() => void>();

function become(next: readonly Followed[]): void {
  jobs = next;
  for (const listener of listeners) listener();
}

export const followJob = (job: Followed): void => become([...jobs, job].slice(-MOST));
export const putAway = (id: string): void => become(jobs.filter((each) => each.id !== id));
/** The job that takes another back stands in its place. */
export const replaceJob = (id: string, by: Followed): void =>
  become(jobs.map((each) => (each.id === id ? by : each)));

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useFollowedJobs = (): readonly Followed[] => useSyncExternalStore(subscribe, () => jobs);
