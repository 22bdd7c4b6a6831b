/** Imports as the API tells them: the list, one that is followed while it is at work, and the beginning of one. */

import { queryOptions } from "@tanstack/react-query";
import { api, taken, writing } from "../api/client";
import type { components } from "../api/schema";

type Schemas = components["schemas"];
export type Import = Schemas["ImportAnswer"];
export type ImportRow = Schemas["ImportRowAnswer"];
export type Explanation = Schemas["ExplanationAnswer"];
export type Proposal = Schemas["ProposalAnswer"];
export type ProposedColumn = Schemas["ProposedColumnAnswer"];
export type Mapping = Schemas["MappingAnswer"];
export type Kind = Import["kind"];
export type Finding = Schemas["FindingAnswer"];

const LOOK_MS = 700;
const AT_WORK: ReadonlySet<string> = new Set(["running", "undoing"]);

/** How a file is to be taken in, as `POST /imports` names it; what is left out is the server's standard. */
export interface Options {
  kind: Kind;
  source?: string;
  mapping?: string;
  mapping_text?: string;
  currency?: string;
  timezone?: string;
  dates?: string;
  decimal?: string;
  stock?: string;
  customers?: string;
  on_change?: string;
  automations?: string;
  dry_run?: string;
}

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ["import", id],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/imports/{import_id}", { params: { path: { import_id: id } }, signal })),
    refetchInterval: ({ state }) => (AT_WORK.has(state.data?.state ?? "running") ? LOOK_MS : false),
    staleTime: 0,
  });

/** How its files are read; null where it was not read as orders. */
export const explanationQuery = (id: string) =>
  queryOptions({
    queryKey: ["import", id, "explanation"],
    queryFn: ({ signal }) =>
      taken(
        api.GET("/api/v1/imports/{import_id}/explanation", { params: { path: { import_id: id } }, signal }),
      ),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const mappingsQuery = queryOptions({
  queryKey: ["mappings"],
  queryFn: async ({ signal }) => (await taken(api.GET("/api/v1/imports/mappings", { signal }))).items,
});

function form(uploads: readonly string[], options: Partial<Options>): FormData {
  const data = new FormData();
  for (const id of uploads) data.append("upload", id);
  for (const [name, value] of Object.entries(options)) if (value) data.append(name, value);
  return data;
}

const asForm = (body: FormData) => ({
  body: body as never,
  bodySerializer: (each: unknown) => each as FormData,
});

/** What a file that came is taken for; nothing is stored. */
export const proposed = (upload: string): Promise<Proposal> =>
  taken(api.POST("/api/v1/imports/mappings/guess", asForm(form([upload], {}))));

export function started(uploads: readonly string[], options: Options, key: string): Promise<Import> {
  return taken(
    api.POST("/api/v1/imports", { ...asForm(form(uploads, { ...options })), headers: writing(key) } as never),
  ) as Promise<Import>;
}

/** Loads corrected rows as the import was read that refused them. */
export function loadedAgain(id: string, csv: string, isTrial: boolean, key: string): Promise<Import> {
  return taken(
    api.POST("/api/v1/imports", {
      params: { query: { like: id, dry_run: isTrial } },
      body: csv as never,
      bodySerializer: (each: unknown) => each as string,
      headers: { ...writing(key), "Content-Type": "text/csv" },
    } as never),
  ) as Promise<Import>;
}

/** Says of findings that they were looked at and are right; the import goes on. */
export function answered(id: string, checked: readonly string[]): Promise<Import> {
  return taken(
    api.POST("/api/v1/imports/{import_id}/answer", {
      params: { path: { import_id: id } },
      body: { checked: [...checked] },
    }),
  );
}

export type Step = "pause" | "resume" | "cancel" | "undo";

export function stepped(id: string, step: Step): Promise<Import> {
  const path = { import_id: id };
  const calls = {
    pause: () => api.POST("/api/v1/imports/{import_id}/pause", { params: { path } }),
    resume: () => api.POST("/api/v1/imports/{import_id}/resume", { params: { path } }),
    cancel: () => api.POST("/api/v1/imports/{import_id}/cancel", { params: { path } }),
    undo: () => api.POST("/api/v1/imports/{import_id}/undo", { params: { path } }),
  };
  return taken(calls[step]() as never) as Promise<Import>;
}
