/** Asks the server about many orders: first what an action would do to them, then to do it. */

import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { api, type BulkForm, type Job, taken, writing } from "../../api/client";
import { useSettled } from "../../parts/later";
import type { Target } from "../list/selection";
import { followJob } from "./jobs";
import type { BulkKind } from "./kinds";

/** What an action is told besides the orders it is for. */
export type BulkFacts = Omit<BulkForm, "action" | "ids" | "filter" | "position">;

const SETTLE_MS = 200;

/** What the action would do to all of them; without facts nothing is asked. */
export function useBulkPreview(kind: BulkKind, target: Target, facts: BulkFacts | null) {
  const settled = useSettled(facts, SETTLE_MS);
  const answer = useQuery({
    queryKey: ["bulk-preview", kind, target, settled],
    queryFn: ({ signal }) =>
      taken(
        api.POST("/api/v1/orders/bulk/preview", {
          body: { action: kind, ...target, ...settled } as never,
          signal,
        }),
      ),
    enabled: facts !== null && settled !== null,
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
  const isPlaceholderData = answer.isPlaceholderData || settled !== facts;
  return {
    data: facts === null ? undefined : answer.data,
    error: answer.error,
    isFetching: answer.isFetching,
    isPlaceholderData,
  };
}

/** Asks for the job: once, however often it is sent; it is followed from then on. */
export function useBulkRequest(
  kind: BulkKind,
  target: Target,
  titleOf: (job: Job) => string,
  onAccepted: () => void,
) {
  const sent = useRef({ text: "", key: "" });
  const mutation = useMutation({
    mutationFn: (told: BulkFacts & { position?: number }) => {
      const body = { action: kind, ...target, ...told };
      const text = JSON.stringify(body);
      if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
      const headers = writing(sent.current.key);
      return taken(
        api.POST("/api/v1/orders/bulk", { body: body as never, headers } as never),
      ) as Promise<Job>;
    },
    onSuccess: (job) => {
      followJob({ id: job.id, title: titleOf(job) });
      onAccepted();
    },
  });
  const send = (facts: BulkFacts, position: number | undefined) => {
    if (!mutation.isPending) mutation.mutate(position === undefined ? facts : { ...facts, position });
  };
  return { send, busy: mutation.isPending, error: mutation.error };
}
