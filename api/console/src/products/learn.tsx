/** The catalogue learned from past orders: asked for, followed, and told what came of it. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, type Job, taken, writing } from "../api/client";
import { useAct } from "../parts/back";
import { Button } from "../parts/button";

const LOOK_AGAIN_MS = 700;

interface Props {
  /** What the button says. */
  label: string;
}

export function LearnProducts({ label }: Props) {
  const client = useQueryClient();
  const [id, setId] = useState<string>();
  const ask = useAct({
    act: () => taken(api.POST("/api/v1/products/learn", { headers: writing(crypto.randomUUID()) })),
    after: (job) => setId(job.id),
  });
  const { data: job } = useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: id ?? "" } }, signal })),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data && state.data.state !== "running" ? false : LOOK_AGAIN_MS),
  });
  const ended = job !== undefined && job.state !== "running";
  // biome-ignore lint/correctness/useExhaustiveDependencies: it ends once
  useEffect(() => {
    if (!ended) return;
    void client.invalidateQueries({ queryKey: ["products"] });
  }, [ended]);
  const busy = ask.isPending || (id !== undefined && !ended);
  return (
    <span className="line wrap">
      <Button icon="book" disabled={busy} onClick={() => ask.mutate(undefined)}>
        {label}
      </Button>
      <span className="quiet" role="status">
        {job ? wordsOf(job) : busy ? i18n._("Looking through past orders…") : ""}
      </span>
    </span>
  );
}

function wordsOf(job: Job): string {
  const { done, total } = job.progress;
  if (job.state === "running")
    return total ? i18n._("{done} of {total}", { done, total }) : i18n._("Looking through past orders…");
  if (job.state !== "done") return i18n._("It did not come to its end: look under Work behind.");
  const { added, known, refused } = job.outcome as Record<string, number>;
  return i18n._("{added} came in, {known} were there, {refused} were refused.", { added, known, refused });
}
