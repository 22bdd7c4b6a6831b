/** What follows by itself from what was written down, and what is kept for how long. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Read, Sheet } from "../parts/back";
import { Pill } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { localeTag } from "../text/language";
import { type Process, processesQuery, type Retained, refusalsQuery, retentionQuery } from "./data";
import { processLabel } from "./words";

export function FollowSheet() {
  const processes = useQuery(processesQuery);
  return (
    <Sheet title={i18n._("What follows by itself")}>
      <Read query={processes}>{(items) => <Processes processes={items} />}</Read>
      <Refusals />
    </Sheet>
  );
}

function Processes({ processes }: { processes: readonly Process[] }) {
  const columns: TableColumn<Process>[] = [
    { key: "what", head: i18n._("What"), cell: (each) => <b>{processLabel(each.process)}</b> },
    { key: "state", head: i18n._("State"), cell: (each) => <State process={each} /> },
    { key: "step", head: i18n._("Last step"), cell: (each) => <When at={each.updated_at} /> },
  ];
  return (
    <DataTable
      label={i18n._("What follows by itself")}
      columns={columns}
      rows={processes}
      keyOf={(each) => each.process}
      empty={i18n._("Nothing yet.")}
    />
  );
}

function State({ process: { behind, trouble } }: { process: Process }) {
  if (trouble) {
    return (
      <>
        <Pill icon="warning" colour="red">
          {i18n._("stands still")}
        </Pill>
        <small className="late">{trouble}</small>
      </>
    );
  }
  if (behind) {
    return (
      <Pill icon="clock" colour="grey">
        {i18n._("{count, plural, one {# event behind} other {# events behind}}", { count: behind })}
      </Pill>
    );
  }
  return (
    <Pill icon="check" colour="green">
      {i18n._("fresh")}
    </Pill>
  );
}

function Refusals() {
  const { data: refusals = [] } = useQuery(refusalsQuery);
  if (refusals.length === 0) return null;
  return (
    <details className="columns-read">
      <summary>
        {i18n._(
          "{count, plural, one {# thing was not allowed} other {# things were not allowed}}, and was left",
          {
            count: refusals.length,
          },
        )}
      </summary>
      <DataTable
        label={i18n._("What was not allowed")}
        columns={[
          { key: "what", head: i18n._("What"), cell: (each) => processLabel(each.process) },
          { key: "command", head: i18n._("Step"), cell: (each) => each.command },
          { key: "why", head: i18n._("Why"), cell: (each) => each.code.replaceAll("-", " ") },
          { key: "when", head: i18n._("When"), cell: (each) => <When at={each.at} /> },
        ]}
        rows={refusals}
        keyOf={(each) => `${each.process} ${each.position} ${each.command}`}
        empty={null}
      />
    </details>
  );
}

export function RetentionSheet() {
  const retention = useQuery(retentionQuery);
  return (
    <Sheet
      title={i18n._("What is kept for a time only")}
      hint={i18n._("Every night what is older goes. The books themselves are kept for ever.")}
    >
      <Read query={retention}>{(items) => <Kept items={items} />}</Read>
    </Sheet>
  );
}

function Kept({ items }: { items: readonly Retained[] }) {
  const columns: TableColumn<Retained>[] = [
    { key: "what", head: i18n._("What"), cell: ({ what }) => what },
    {
      key: "long",
      head: i18n._("How long"),
      cell: (each) => <span title={each.setting}>{keptText(each)}</span>,
    },
    {
      key: "look",
      head: i18n._("Last look"),
      cell: (each) =>
        each.error ? <span className="late">{each.error}</span> : <When at={each.last_run_at} />,
    },
    { key: "gone", head: i18n._("Gone then"), numeric: true, cell: ({ deleted }) => deleted },
  ];
  return (
    <DataTable
      label={i18n._("What is kept for a time only")}
      columns={columns}
      rows={items}
      keyOf={(each) => each.kind}
      empty={null}
    />
  );
}

function keptText({ kept, unit }: Retained): string {
  const options = { style: "unit", unit: unit.slice(0, -1), unitDisplay: "long" } as const;
  return new Intl.NumberFormat(localeTag(), options).format(kept);
}
