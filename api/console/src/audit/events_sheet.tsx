/** Every event that the filters leave, in the order they were recorded; one of them opened; all of them as a file. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useId, useMemo, useState } from "react";
import { useMay } from "../app/session";
import { Sheet } from "../parts/back";
import { Button } from "../parts/button";
import { ChoiceField, TextField } from "../parts/field";
import { useSettled } from "../parts/later";
import { say } from "../parts/notices";
import { sentenceOf } from "../parts/refused";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { actorLabel } from "../text/labels";
import type { AuditSearch } from "./audit_page";
import { saveEvents } from "./csv";
import { type EventFilters, type FoundEvent, topicsQuery, useEvents } from "./data";

const EventWindow = lazy(() => import("./event_window"));
const SETTLE_MS = 300;

interface Props {
  search: AuditSearch;
  go: (change: AuditSearch) => void;
}

export function EventsSheet({ search, go }: Props) {
  const { topic = "", actor = "", number = "", reason = "", from = "", to = "" } = search;
  const asked = useSettled(JSON.stringify({ topic, actor, number, reason, from, to }), SETTLE_MS);
  const filters = useMemo<EventFilters>(() => JSON.parse(asked), [asked]);
  const events = useEvents(filters);
  const [open, setOpen] = useState<FoundEvent | null>(null);
  return (
    <Sheet
      title={i18n._("Events")}
      hint={i18n._("Everything that was ever written down, in the order it was recorded.")}
      actions={<AsFile filters={filters} />}
    >
      <Filters search={search} go={go} />
      <DataTable
        label={i18n._("Events")}
        columns={columns()}
        rows={events.rows}
        error={events.error}
        more={events.more}
        keyOf={(row) => String(row.position)}
        onOpen={setOpen}
        empty={i18n._("No event is like that.")}
      />
      {open && (
        <Suspense>
          <EventWindow event={open} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </Sheet>
  );
}

function columns(): TableColumn<FoundEvent>[] {
  return [
    { key: "position", head: i18n._("No."), cell: (row) => row.position, numeric: true, wide: true },
    { key: "topic", head: i18n._("Event"), cell: (row) => <b>{row.topic}</b> },
    { key: "who", head: i18n._("Who"), cell: (row) => (row.actor ? actorLabel(row.actor) : "–") },
    { key: "occurred", head: i18n._("When"), cell: (row) => <When at={row.occurred_at} /> },
    { key: "recorded", head: i18n._("Recorded"), cell: (row) => <When at={row.recorded_at} />, wide: true },
    { key: "why", head: i18n._("Reason"), cell: (row) => row.reason ?? <span className="quiet">–</span> },
  ];
}

function Filters({ search, go }: Props) {
  const may = useMay();
  const id = useId();
  const { data: topics = [] } = useQuery({ ...topicsQuery, enabled: may("events:read") });
  return (
    <div className="span-form">
      <TextField
        label={i18n._("Event")}
        list={id}
        value={search.topic ?? ""}
        onChange={(event) => go({ topic: event.target.value })}
      />
      <datalist id={id}>
        {topics.map((topic) => (
          <option key={topic} value={topic} />
        ))}
      </datalist>
      <TextField
        label={i18n._("Who")}
        placeholder="operator:…"
        value={search.actor ?? ""}
        onChange={(event) => go({ actor: event.target.value })}
      />
      <TextField
        label={i18n._("Number of the order")}
        value={search.number ?? ""}
        onChange={(event) => go({ number: event.target.value })}
      />
      <ChoiceField
        label={i18n._("Reason")}
        value={search.reason ?? ""}
        options={[
          { value: "", label: i18n._("told or not") },
          { value: "present", label: i18n._("told") },
          { value: "missing", label: i18n._("not told") },
        ]}
        onChange={(reason) => go({ reason })}
      />
      <TextField
        label={i18n._("Recorded from")}
        type="date"
        value={search.from ?? ""}
        onChange={(event) => go({ from: event.target.value })}
      />
      <TextField
        label={i18n._("Recorded up to")}
        type="date"
        value={search.to ?? ""}
        onChange={(event) => go({ to: event.target.value })}
      />
    </div>
  );
}

function AsFile({ filters }: { filters: EventFilters }) {
  const [pages, setPages] = useState<number | null>(null);
  const save = async () => {
    setPages(0);
    try {
      await saveEvents(filters, setPages);
    } catch (error) {
      say(sentenceOf(error), { bad: true });
    } finally {
      setPages(null);
    }
  };
  return (
    <Button icon="download" disabled={pages !== null} onClick={() => void save()}>
      {pages ? i18n._("{pages} parts read…", { pages }) : "CSV"}
    </Button>
  );
}
