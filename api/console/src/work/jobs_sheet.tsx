/** Long work: how far each job came, what it made, and stopping, resuming and taking it back. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import type { Job } from "../api/client";
import { Read, Sheet, useAct } from "../parts/back";
import { Button } from "../parts/button";
import { Pill } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { actorLabel } from "../text/labels";
import { type JobStep, jobStepped, jobsQuery } from "./data";
import { jobLabel, jobState, viewLabel } from "./words";

export function JobsSheet() {
  const jobs = useQuery(jobsQuery);
  return (
    <Sheet
      title={i18n._("Long work")}
      hint={i18n._("Exports, prints, work on many orders: the last thirty.")}
    >
      <Read query={jobs}>
        {(items) => (
          <DataTable
            label={i18n._("Long work")}
            columns={columns()}
            rows={items}
            keyOf={(job) => job.id}
            empty={i18n._("No long work was asked for yet.")}
          />
        )}
      </Read>
    </Sheet>
  );
}

function columns(): TableColumn<Job>[] {
  return [
    { key: "what", head: i18n._("What"), cell: (job) => <What job={job} /> },
    { key: "state", head: i18n._("State"), cell: (job) => <State job={job} /> },
    { key: "far", head: i18n._("How far"), cell: (job) => <Far job={job} /> },
    { key: "by", head: i18n._("By"), cell: (job) => actorLabel(job.created_by) },
    { key: "when", head: i18n._("When"), cell: (job) => <When at={job.created_at} /> },
    { key: "acts", head: "", cell: (job) => <Steps job={job} /> },
  ];
}

function What({ job }: { job: Job }) {
  const of = job.parameters.projection;
  return (
    <span>
      <b>{jobLabel(job.kind)}</b>
      {typeof of === "string" && <small>{viewLabel(of)}</small>}
    </span>
  );
}

function State({ job }: { job: Job }) {
  const [label, icon, colour] = jobState(job.state);
  return (
    <span>
      <Pill icon={icon} colour={colour}>
        {label}
      </Pill>
      {job.error && <small>{job.error}</small>}
    </span>
  );
}

function Far({ job }: { job: Job }) {
  const { total, done, refused, unchanged } = job.progress;
  return (
    <span>
      {job.state === "running" && (
        <progress max={total || 1} value={done + refused + unchanged} aria-label={jobLabel(job.kind)} />
      )}
      <span className="quiet">{farText(job)}</span>
    </span>
  );
}

function farText({ progress: { total, done, refused, unchanged } }: Job): string {
  const parts = [i18n._("{done} of {total}", { done: done + refused + unchanged, total })];
  if (refused) parts.push(i18n._("{refused} refused", { refused }));
  return parts.join(" · ");
}

function Steps({ job }: { job: Job }) {
  const step = useAct({ act: (what: JobStep) => jobStepped(job.id, what), renews: ["work"] });
  const labels: Record<string, string> = {
    pause: i18n._("Pause"),
    resume: i18n._("Go on"),
    cancel: i18n._("Stop"),
    undo: i18n._("Take back"),
  };
  const hasFile = job.state === "done" && job.outcome.file !== undefined;
  return (
    <span className="acts">
      {hasFile && (
        <a className="button small" href={`/api/v1/jobs/${job.id}/file`} download>
          {i18n._("Open the file")}
        </a>
      )}
      {job.actions.map((each) => (
        <Button
          key={each}
          size="small"
          disabled={step.isPending}
          onClick={() => step.mutate(each as JobStep)}
        >
          {labels[each] ?? each}
        </Button>
      ))}
    </span>
  );
}
