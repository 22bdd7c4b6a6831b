/** The jobs at work: how far each came, what became of its orders, its file, and the way back. */

import { i18n } from "@lingui/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, type Job, taken, writing } from "../../api/client";
import { Refused } from "../../api/problems";
import { Button } from "../../parts/button";
import { say } from "../../parts/notices";
import { type Followed, putAway, replaceJob } from "./jobs";
import { ResultsWindow } from "./results";
import "../../styles/bulk.css";

const LOOK_MS = 400;
const ENDED = new Set(["done", "cancelled", "failed"]);

export default function JobTray({ jobs }: { jobs: readonly Followed[] }) {
  return (
    <div className="tray">
      {jobs.map((job) => (
        <JobLine key={job.id} job={job} />
      ))}
    </div>
  );
}

function useJob(id: string) {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: ["job", id],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: id } }, signal })),
    refetchInterval: ({ state }) => (ENDED.has(state.data?.state ?? "") ? false : LOOK_MS),
    staleTime: 0,
  });
  const ended = data !== undefined && ENDED.has(data.state);
  useEffect(() => {
    if (!ended) return;
    for (const name of ["orders", "count", "arrivals", "order", "timeline"])
      void client.invalidateQueries({ queryKey: [name] });
  }, [ended, client]);
  return { job: data, ended };
}

function JobLine({ job: followed }: { job: Followed }) {
  const { job, ended } = useJob(followed.id);
  const [shown, show] = useState(false);
  const undo = useUndo(followed);
  const stop = useStop(followed);
  const { total = 0, done = 0, refused = 0, unchanged = 0 } = job?.progress ?? {};
  const file = ended && done > 0 && job?.outcome.file !== undefined;
  return (
    <section className="job" aria-label={followed.title}>
      <b>{followed.title}</b>
      {ended ? (
        <span role="status">{told(job)}</span>
      ) : (
        <progress max={total || 1} value={done + refused + unchanged} aria-label={followed.title} />
      )}
      {!ended && <span className="quiet">{`${done + refused + unchanged} / ${total}`}</span>}
      <span className="grow" />
      {!ended && (
        <Button look="bare" size="small" onClick={() => stop.mutate()}>
          {i18n._("Stop")}
        </Button>
      )}
      {file && (
        <a className="button small primary" href={`/api/v1/jobs/${followed.id}/file`} download>
          {i18n._("Open the file")}
        </a>
      )}
      {ended && !job?.undoes && done > 0 && job?.actions.includes("undo") && (
        <Button icon="back" size="small" disabled={undo.isPending} onClick={() => undo.mutate()}>
          {i18n._("Undo")}
        </Button>
      )}
      {ended && (
        <Button look="bare" size="small" onClick={() => show(true)}>
          {i18n._("Order by order")}
        </Button>
      )}
      {ended && (
        <Button
          icon="close"
          look="bare"
          size="small"
          aria-label={i18n._("Put away")}
          onClick={() => putAway(followed.id)}
        />
      )}
      {shown && <ResultsWindow id={followed.id} title={followed.title} onClose={() => show(false)} />}
    </section>
  );
}

/** What became of a job that ended. */
function told(job: Job | undefined): string {
  if (!job) return "";
  const { done, refused, unchanged } = job.progress;
  const parts = [i18n._("{done} done", { done })];
  if (refused) parts.push(i18n._("{refused} refused", { refused }));
  if (unchanged) parts.push(i18n._("{unchanged} were so already", { unchanged }));
  if (job.state === "cancelled") parts.push(i18n._("stopped"));
  if (job.state === "failed") parts.push(i18n._("it could not go on"));
  return parts.join(" · ");
}

const complain = (error: unknown) =>
  say(error instanceof Refused ? error.problem.detail : i18n._("The server does not answer."), { bad: true });

function useUndo({ id, title }: Followed) {
  const [key] = useState(() => crypto.randomUUID());
  return useMutation({
    mutationFn: () =>
      taken(
        api.POST("/api/v1/jobs/{job_id}/undo", {
          params: { path: { job_id: id } },
          headers: writing(key),
        } as never),
      ) as Promise<Job>,
    onSuccess: (job) => replaceJob(id, { id: job.id, title: i18n._("Taken back: {title}", { title }) }),
    onError: complain,
  });
}

function useStop({ id }: Followed) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      taken(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: id } } } as never)),
    onSettled: () => client.invalidateQueries({ queryKey: ["job", id] }),
    onError: complain,
  });
}
