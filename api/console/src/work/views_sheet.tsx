/** The lists that follow the books: how far behind each is, what it could not take, and building one anew. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { api, type Job, taken } from "../api/client";
import { useMay } from "../app/session";
import { Read, Sheet, useAct } from "../parts/back";
import { Button } from "../parts/button";
import { Icon, type IconName } from "../parts/icon";
import { Pill } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { jobsQuery, type Letter, lettersQuery, REBUILD, type View, viewsQuery } from "./data";
import { viewLabel } from "./words";

export function ViewsSheet() {
  const views = useQuery(viewsQuery);
  return (
    <Sheet
      title={i18n._("The lists and how fresh they are")}
      hint={i18n._(
        "Lists are made of the books and can be made again at any time; nothing is lost with one.",
      )}
    >
      <Read query={views}>{(items) => <Views views={items} />}</Read>
      <Letters />
    </Sheet>
  );
}

function Views({ views }: { views: readonly View[] }) {
  const { data: jobs = [] } = useQuery(jobsQuery);
  const may = useMay()("projections:manage");
  const underway = jobs.filter((each) => each.kind === REBUILD && each.state === "running");
  const rebuildOf = (view: View) => underway.find((each) => each.parameters.projection === view.projection);
  const columns: TableColumn<View>[] = [
    { key: "list", head: i18n._("List"), cell: ({ projection }) => <b>{viewLabel(projection)}</b> },
    { key: "state", head: i18n._("State"), cell: (view) => <State view={view} rebuild={rebuildOf(view)} /> },
    { key: "parked", head: i18n._("Set aside"), cell: parkedText },
    { key: "acts", head: "", cell: (view) => may && <Build view={view} rebuild={rebuildOf(view)} /> },
  ];
  return (
    <DataTable
      label={i18n._("Lists")}
      columns={columns}
      rows={views}
      keyOf={(view) => view.projection}
      empty={null}
    />
  );
}

const parkedText = ({ parked }: View) =>
  parked > 0 && (
    <span className="late">
      {i18n._("{count, plural, one {# event} other {# events}}", { count: parked })}
    </span>
  );

interface RowProps {
  view: View;
  rebuild: Job | undefined;
}

function State({ view, rebuild }: RowProps) {
  const [label, icon, colour] = stateOf(view);
  return (
    <span>
      <Pill icon={icon} colour={colour}>
        {label}
      </Pill>
      {view.trouble && <small className="late">{view.trouble}</small>}
      {rebuild && (
        <progress
          max={rebuild.progress.total || 1}
          value={rebuild.progress.done}
          aria-label={i18n._("{view}, being built anew", { view: viewLabel(view.projection) })}
        />
      )}
    </span>
  );
}

function Build({ view, rebuild }: RowProps) {
  const build = useAct({
    act: (name: string) =>
      taken(api.POST("/api/v1/projections/{name}/rebuild", { params: { path: { name } } })),
    done: () => i18n._("It is built anew beside the one that serves; nobody has to wait."),
    renews: ["work"],
  });
  return (
    <Button
      size="small"
      disabled={rebuild !== undefined || build.isPending}
      aria-label={i18n._("Build {view} anew", { view: viewLabel(view.projection) })}
      onClick={() => build.mutate(view.projection)}
    >
      {rebuild ? i18n._("Being built…") : i18n._("Build anew")}
    </Button>
  );
}

function stateOf(view: View): [string, IconName, string] {
  if (view.trouble) return [i18n._("stands still"), "warning", "red"];
  if (view.parked) return [i18n._("lacks something"), "warning", "amber"];
  if (view.version < view.wanted_version) return [i18n._("of an older form"), "warning", "amber"];
  if (view.behind) {
    const behind = i18n._("{count, plural, one {# event behind} other {# events behind}}", {
      count: view.behind,
    });
    return [behind, "clock", "grey"];
  }
  return [i18n._("fresh"), "check", "green"];
}

/** Events that a list could not take, and the way to let it take them after all. */
function Letters() {
  const { data: letters = [] } = useQuery(lettersQuery);
  if (letters.length === 0) return null;
  const names = [...new Set(letters.map((each) => each.projection))];
  return (
    <div className="letters">
      {names.map((name) => (
        <Aside key={name} name={name} letters={letters.filter((each) => each.projection === name)} />
      ))}
    </div>
  );
}

function Aside({ name, letters }: { name: string; letters: readonly Letter[] }) {
  const may = useMay()("projections:manage");
  const retry = useAct({
    act: () =>
      taken(api.POST("/api/v1/projections/{name}/dead-letters/retry", { params: { path: { name } } })),
    done: ({ items }) => {
      const left = items.filter((each) => each.error).length;
      return left
        ? i18n._("{left, plural, one {# still cannot be taken.} other {# still cannot be taken.}}", { left })
        : i18n._("They are taken.");
    },
    renews: ["work"],
  });
  const streams = new Set(letters.map((each) => each.stream)).size;
  const why = [...new Set(letters.map((each) => each.error))].filter((each) => each !== "HeldBack");
  return (
    <div className="warned">
      <Icon name="warning" />
      <span className="grow">
        {i18n._(
          "{view} could not take {count, plural, one {# event} other {# events}} of {streams, plural, one {# order or card} other {# orders or cards}}: what it shows of them is old. ({why})",
          { view: viewLabel(name), count: letters.length, streams, why: why.join(", ") },
        )}
      </span>
      {may && (
        <Button size="small" disabled={retry.isPending} onClick={() => retry.mutate(undefined)}>
          {i18n._("Try again")}
        </Button>
      )}
    </div>
  );
}
