/** Programs that are told of events as they are recorded: whom, of what, and what became of the calls. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { Pill } from "../../parts/pill";
import { DataTable, type TableColumn } from "../../parts/table";
import { Secret } from "../access/secret";
import { ENDPOINTS, type Endpoint, endpointsQuery, removeEndpoint } from "./data";
import { endpointState, troubleText } from "./words";
import "../../styles/audit.css";

const TermsWindow = lazy(() => import("./terms_window"));
const DeliveriesWindow = lazy(() => import("./deliveries_window"));
const RotateWindow = lazy(() => import("./rotate_window"));

type Asked = { what: "add" } | { what: "change" | "deliveries" | "rotate" | "remove"; endpoint: Endpoint };

export default function WebhooksSection() {
  const client = useQueryClient();
  const may = useMay();
  const list = useQuery(endpointsQuery);
  const [asked, ask] = useState<Asked | null>(null);
  const [secret, tell] = useState<string | null>(null);
  const close = () => ask(null);
  const done = (shown?: string | null) => {
    void client.invalidateQueries({ queryKey: [ENDPOINTS] });
    if (shown) tell(shown);
    close();
  };
  return (
    <section className="sheet" aria-label={i18n._("Webhooks")}>
      <header>
        <h2>{i18n._("Webhooks")}</h2>
        <span className="grow" />
        {may("webhooks:write") && (
          <Button icon="plus" size="small" onClick={() => ask({ what: "add" })}>
            {i18n._("A program…")}
          </Button>
        )}
      </header>
      <p className="quiet padded">
        {i18n._(
          "Other programs are told of each event as it is recorded. Calls are signed with a secret of theirs.",
        )}
      </p>
      <DataTable
        label={i18n._("Webhooks")}
        rows={list.data}
        error={list.error}
        keyOf={(row) => row.id}
        empty={i18n._("No program is told of events.")}
        onOpen={(endpoint) => ask({ what: "deliveries", endpoint })}
        columns={columns(may("webhooks:write"), ask)}
      />
      <Suspense>
        {asked?.what === "add" && <TermsWindow onDone={done} onClose={close} />}
        {asked?.what === "change" && <TermsWindow endpoint={asked.endpoint} onDone={done} onClose={close} />}
        {asked?.what === "deliveries" && <DeliveriesWindow endpoint={asked.endpoint} onClose={close} />}
        {asked?.what === "rotate" && <RotateWindow endpoint={asked.endpoint} onDone={done} onClose={close} />}
      </Suspense>
      {asked?.what === "remove" && (
        <Confirm
          title={i18n._("Tell {url} nothing more", { url: asked.endpoint.url })}
          action={i18n._("Remove")}
          act={() => removeEndpoint(asked.endpoint.id)}
          onDone={() => done()}
          onClose={close}
        >
          <p>{i18n._("What became of its calls is forgotten with it.")}</p>
        </Confirm>
      )}
      {secret && (
        <Secret
          title={i18n._("The secret of the calls")}
          text={secret}
          about={i18n._(
            "It is shown this once: put it where the program reads it, so that it knows our calls.",
          )}
          onClose={() => tell(null)}
        />
      )}
    </section>
  );
}

function columns(mayWrite: boolean, ask: (asked: Asked) => void): TableColumn<Endpoint>[] {
  const told: TableColumn<Endpoint>[] = [
    {
      key: "url",
      head: i18n._("Address"),
      cell: (row) => (
        <span>
          <b>{row.url}</b>
          {row.description && <small>{row.description}</small>}
        </span>
      ),
    },
    {
      key: "topics",
      head: i18n._("Told of"),
      cell: (row) => <span title={row.topics.join(", ")}>{topicsText(row)}</span>,
    },
    { key: "state", head: i18n._("State"), cell: (row) => <State endpoint={row} /> },
    { key: "position", head: i18n._("Up to event"), cell: (row) => row.position, numeric: true, wide: true },
  ];
  const acts: TableColumn<Endpoint> = {
    key: "acts",
    head: "",
    numeric: true,
    cell: (endpoint) => (
      <span className="acts">
        <Button size="small" onClick={() => ask({ what: "change", endpoint })}>
          {i18n._("Change…")}
        </Button>
        <Button size="small" onClick={() => ask({ what: "rotate", endpoint })}>
          {i18n._("New secret…")}
        </Button>
        <Button
          icon="close"
          look="bare"
          size="small"
          aria-label={i18n._("Remove {url}", { url: endpoint.url })}
          onClick={() => ask({ what: "remove", endpoint })}
        />
      </span>
    ),
  };
  return mayWrite ? [...told, acts] : told;
}

function topicsText({ topics, personal }: Endpoint): string {
  const count = topics.length;
  const words = count
    ? i18n._("{count, plural, one {# kind of event} other {# kinds of events}}", { count })
    : i18n._("every event");
  return personal ? i18n._("{words}, with what is of persons", { words }) : words;
}

function State({ endpoint }: { endpoint: Endpoint }) {
  const [label, icon, colour] = endpointState(endpoint.state);
  const why = endpoint.stopped ?? endpoint.trouble;
  return (
    <span>
      <Pill icon={icon} colour={colour}>
        {label}
      </Pill>
      {why && <small>{troubleText(why)}</small>}
    </span>
  );
}
