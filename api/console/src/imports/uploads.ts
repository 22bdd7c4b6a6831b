/**
 * Files on their way to the server, part by part: they go on while one looks at other screens, wait for a line that is
 * away, and are taken up where they were when the page was closed and the same file is chosen again.
 */

import { i18n } from "@lingui/core";
import { queryOptions } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api, taken } from "../api/client";
import { isPassing, Refused } from "../api/problems";
import type { components } from "../api/schema";
import { queries } from "../app/queries";
import { keep, kept } from "../text/device";
import { type NoTable, sniff } from "./sniffing";

export type Upload = components["schemas"]["UploadAnswer"];

const PART = 8 * 1024 * 1024;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export const uploadsQuery = queryOptions({
  queryKey: ["uploads"],
  queryFn: async ({ signal }) => (await taken(api.GET("/api/v1/imports/uploads", { signal }))).items,
});

interface Underway {
  /** Uploads that bytes are sent of now. */
  sending: ReadonlySet<string>;
  /** Those among them that wait for a line. */
  waiting: ReadonlySet<string>;
  refused: readonly { name: string; why: string }[];
}

let underway: Underway = { sending: new Set(), waiting: new Set(), refused: [] };
const listeners = new Set<() => void>();
const stopped = new Set<string>();

function become(next: Partial<Underway>): void {
  underway = { ...underway, ...next };
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useUnderway = (): Underway => useSyncExternalStore(subscribe, () => underway);

const withOne = (set: ReadonlySet<string>, id: string) => new Set([...set, id]);
const withoutOne = (set: ReadonlySet<string>, id: string) => new Set([...set].filter((each) => each !== id));

function show(upload: Upload): void {
  queries.setQueryData(uploadsQuery.queryKey, (known: Upload[] | undefined) => {
    const others = known ?? [];
    if (!others.some((each) => each.id === upload.id)) return [...others, upload];
    return others.map((each) => (each.id === upload.id ? upload : each));
  });
}

function refuse(name: string, why: string): void {
  become({ refused: [...underway.refused, { name, why }] });
}

/** Refusals are read and forgotten. */
export const forgetRefused = (): void => become({ refused: [] });

function noTable(what: NoTable): string {
  const words: Record<NoTable, string> = {
    pdf: i18n._("This is a PDF. Export a table instead: CSV, or a workbook."),
    html: i18n._("This is a web page. Export a table instead: CSV, or a workbook."),
    binary: i18n._("This is no table: a picture, a film or a program. Choose a CSV, or a workbook."),
  };
  return words[what];
}

/** Sends files, one after the other; what cannot be a table is told at once. */
export async function sendFiles(files: readonly File[]): Promise<void> {
  forgetRefused();
  for (const file of files) {
    const what = file.size ? await sniff(file) : null;
    if (!file.size) refuse(file.name, i18n._("This file is empty."));
    else if (what) refuse(file.name, noTable(what));
    else await send(file).catch((error) => refuse(file.name, sentence(error)));
  }
}

const sentence = (error: unknown): string =>
  error instanceof Refused ? error.problem.detail : i18n._("The server does not answer.");

/** The upload that broke off of this very file, else a new one. */
async function placeOf(file: File): Promise<Upload> {
  const known = await queries.ensureQueryData(uploadsQuery);
  const begun = known.find(
    (each) =>
      !each.complete &&
      !underway.sending.has(each.id) &&
      each.name === file.name &&
      each.size === file.size &&
      kept(`upload.${each.id}`) === String(file.lastModified),
  );
  if (begun)
    return taken(
      api.GET("/api/v1/imports/uploads/{upload_id}", { params: { path: { upload_id: begun.id } } }),
    );
  const made = await taken(
    api.POST("/api/v1/imports/uploads", { body: { name: file.name, size: file.size } }),
  );
  keep(`upload.${made.id}`, String(file.lastModified));
  return made;
}

async function send(file: File): Promise<void> {
  let upload = await placeOf(file);
  const { id } = upload;
  stopped.delete(id);
  show(upload);
  become({ sending: withOne(underway.sending, id) });
  addEventListener("beforeunload", warn);
  try {
    while (!upload.complete && !stopped.has(id)) {
      upload = await part(upload, file);
      if (!stopped.has(id)) show(upload);
    }
  } finally {
    become({ sending: withoutOne(underway.sending, id), waiting: withoutOne(underway.waiting, id) });
    if (underway.sending.size === 0) removeEventListener("beforeunload", warn);
  }
}

/** Closing the page breaks what is being sent off: the browser asks. */
function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Sends the next part; where the line is away it waits, and looks how far the server came. */
async function part(upload: Upload, file: File): Promise<Upload> {
  let wait = FIRST_WAIT_MS;
  let offset = upload.received;
  const path = { upload_id: upload.id };
  for (;;) {
    try {
      const body = file.slice(offset, offset + PART);
      return await taken(
        api.PATCH("/api/v1/imports/uploads/{upload_id}", {
          params: { path, query: { offset } },
          body: body as never,
          bodySerializer: (each: unknown) => each as Blob,
          headers: { "Content-Type": "application/octet-stream" },
        }),
      );
    } catch (error) {
      const goesOn = error instanceof Refused && error.code === "wrong-offset";
      if ((!goesOn && !isPassing(error)) || stopped.has(upload.id)) throw error;
      become({ waiting: withOne(underway.waiting, upload.id) });
      await new Promise((resume) => setTimeout(resume, wait));
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
      const now = await taken(api.GET("/api/v1/imports/uploads/{upload_id}", { params: { path } })).catch(
        () => null,
      );
      if (now) {
        offset = now.received;
        become({ waiting: withoutOne(underway.waiting, upload.id) });
        if (now.complete) return now;
      }
    }
  }
}

/** Takes a file away from the server, also one that is being sent. */
export async function takeAway(id: string): Promise<void> {
  stopped.add(id);
  keep(`upload.${id}`, null);
  queries.setQueryData(uploadsQuery.queryKey, (known: Upload[] | undefined) =>
    known?.filter((each) => each.id !== id),
  );
  await taken(api.DELETE("/api/v1/imports/uploads/{upload_id}", { params: { path: { upload_id: id } } }));
}
