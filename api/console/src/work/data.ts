/** The work behind the desk, as the API tells it. */

import { queryOptions } from "@tanstack/react-query";
import { api, type Job, taken } from "../api/client";
import type { components } from "../api/schema";

type Schemas = components["schemas"];
export type Effect = Schemas["EffectAnswer"];
export type View = Schemas["ViewAnswer"];
export type Letter = Schemas["DeadLetterAnswer"];
export type Process = Schemas["ProcessAnswer"];
export type Retained = Schemas["RetainedAnswer"];

const LOOK_MS = 5000;
const FAST_MS = 1000;
const MOST = 100;
const MOST_SEALS = 1000;
const MOST_PAGES = 100;
/** What waits for a person; in this order. */
const STUCK = ["unknown", "failed", "set-aside"] as const;

export const REBUILD = "projections.rebuild";
export const VERIFY = "audit.verify";

/** What `/readyz` looked at: `ok`, or what is wrong. */
export interface Readiness {
  status: string;
  checks: Record<string, string>;
}

export const readinessQuery = queryOptions({
  queryKey: ["work", "ready"],
  queryFn: async ({ signal }) => {
    // Also where something is wrong (503) the answer tells what.
    const answer = await fetch("/readyz", { headers: { Accept: "application/json" }, signal });
    return (await answer.json()) as Readiness;
  },
  refetchInterval: LOOK_MS,
  staleTime: 0,
});

/** Effects that somebody has to decide on, and how many more there are than are shown. */
export const stuckQuery = queryOptions({
  queryKey: ["work", "stuck"],
  queryFn: async ({ signal }) => {
    const pages = await Promise.all(
      STUCK.map((state) => {
        const query = { state, limit: MOST, count: "exact" as const };
        return taken(api.GET("/api/v1/effects", { params: { query }, signal }));
      }),
    );
    const items = pages.flatMap((each) => each.items);
    const count = pages.reduce((sum, each) => sum + (each.count?.value ?? 0), 0);
    return { items, count };
  },
  refetchInterval: LOOK_MS,
  staleTime: 0,
});

export type Step = "retry" | "settle" | "drop";

/** What may be asked of an effect in a state. */
export function stepsOf(state: Effect["state"]): Step[] {
  const steps: Partial<Record<Effect["state"], Step[]>> = {
    failed: ["retry", "settle", "drop"],
    unknown: ["retry", "settle", "drop"],
    "set-aside": ["retry", "settle", "drop"],
    waiting: ["retry", "drop"],
    dropped: ["retry"],
  };
  return steps[state] ?? [];
}

export function stepped(key: string, step: Step): Promise<Effect> {
  const options = { params: { path: { key } } };
  const calls = {
    retry: () => api.POST("/api/v1/effects/{key}/retry", options),
    settle: () => api.POST("/api/v1/effects/{key}/settle", options),
    drop: () => api.POST("/api/v1/effects/{key}/drop", options),
  };
  return taken(calls[step]() as never) as Promise<Effect>;
}

export const jobsQuery = queryOptions({
  queryKey: ["work", "jobs"],
  queryFn: async ({ signal }) =>
    (await taken(api.GET("/api/v1/jobs", { params: { query: { limit: 30 } }, signal }))).items,
  refetchInterval: ({ state }) => (state.data?.some((each) => each.state === "running") ? FAST_MS : LOOK_MS),
  staleTime: 0,
});

export type JobStep = "pause" | "resume" | "cancel" | "undo";

export function jobStepped(id: string, step: JobStep): Promise<Job> {
  const options = { params: { path: { job_id: id } } };
  const calls = {
    pause: () => api.POST("/api/v1/jobs/{job_id}/pause", options),
    resume: () => api.POST("/api/v1/jobs/{job_id}/resume", options),
    cancel: () => api.POST("/api/v1/jobs/{job_id}/cancel", options),
    undo: () => api.POST("/api/v1/jobs/{job_id}/undo", options),
  };
  return taken(calls[step]() as never) as Promise<Job>;
}

export const viewsQuery = queryOptions({
  queryKey: ["work", "views"],
  queryFn: async ({ signal }) => (await taken(api.GET("/api/v1/projections", { signal }))).items,
  refetchInterval: LOOK_MS,
  staleTime: 0,
});

export const lettersQuery = queryOptions({
  queryKey: ["work", "letters"],
  queryFn: async ({ signal }) => (await taken(api.GET("/api/v1/projections/dead-letters", { signal }))).items,
  staleTime: 0,
});

export const processesQuery = queryOptions({
  queryKey: ["work", "processes"],
  queryFn: async ({ signal }) => (await taken(api.GET("/api/v1/processes", { signal }))).items,
  refetchInterval: LOOK_MS,
  staleTime: 0,
});

export const refusalsQuery = queryOptions({
  queryKey: ["work", "refusals"],
  queryFn: async ({ signal }) => (await taken(api.GET("/api/v1/processes/refusals", { signal }))).items,
});

export const retentionQuery = queryOptions({
  queryKey: ["work", "retention"],
  queryFn: async ({ signal }) => (await taken(api.GET("/api/v1/retention", { signal }))).items,
});

/** How many seals there are, the last of them, and the key that checks them. */
export const sealsQuery = queryOptions({
  queryKey: ["work", "seals"],
  queryFn: async ({ signal }) => {
    let [count, after, key] = [0, 0, ""];
    let last: Schemas["SealAnswer"] | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const query = { after, limit: MOST_SEALS };
      const answer = await taken(api.GET("/api/v1/audit/seals", { params: { query }, signal }));
      count += answer.items.length;
      last = answer.items.at(-1) ?? last;
      [after, key] = [answer.next, answer.key];
      if (answer.items.length < MOST_SEALS) break;
    }
    return { count, last, key };
  },
});
