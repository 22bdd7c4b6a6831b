/** What became of the calls about each event, and telling them again. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMay } from "../../app/session";
import { Facts, useAct } from "../../parts/back";
import { Button } from "../../parts/button";
import { ChoiceField, TextField } from "../../parts/field";
import { usePaged } from "../../parts/paged";
import { Pill } from "../../parts/pill";
import { DataTable, type TableColumn } from "../../parts/table";
import { When } from "../../parts/when";
import { Window } from "../../parts/window";
import {
  type Delivery,
  type DeliveryState,
  ENDPOINTS,
  type Endpoint,
  endpointsQuery,
  readDeliveries,
  replay,
} from "./data";
import { deliveryState, troubleText } from "./words";

interface Props {
  endpoint: Endpoint;
  onClose: () => void;
}

const DELIVERIES = "webhook-deliveries";
const STATES: readonly DeliveryState[] = ["delivered", "failing", "refused", "failed"];

export default function DeliveriesWindow({ endpoint: opened, onClose }: Props) {
  const may = useMay();
  const { data: now } = useQuery(endpointsQuery);
  const endpoint = now?.find(({ id }) => id === opened.id) ?? opened;
  const [state, setState] = useState<DeliveryState | "">("");
  const list = usePaged<Delivery>([DELIVERIES, endpoint.id, state, endpoint.position], (cursor, signal) =>
    readDeliveries(endpoint.id, state, cursor, signal),
  );
  return (
    <Window title={i18n._("What {url} was told", { url: endpoint.url })} onClose={onClose}>
      <div className="event-facts">
        <Facts
          facts={[
            [i18n._("Told up to event"), endpoint.position],
            [
              i18n._("Next call"),
              endpoint.next_attempt_at ? <When key="next" at={endpoint.next_attempt_at} /> : "–",
            ],
            [
              i18n._("Secret before holds until"),
              endpoint.previous_secret_until ? (
                <When key="secret" at={endpoint.previous_secret_until} />
              ) : (
                "–"
              ),
            ],
          ]}
        />
        <div className="span-form">
          <ChoiceField
            label={i18n._("Shown")}
            value={state}
            options={[
              { value: "", label: i18n._("all calls") },
              ...STATES.map((value) => ({ value, label: deliveryState(value)[0] })),
            ]}
            onChange={(value) => setState(value as DeliveryState | "")}
          />
          {may("webhooks:write") && <TellAgain endpoint={endpoint} />}
        </div>
        <DataTable
          label={i18n._("Calls")}
          rows={list.rows}
          error={list.error}
          more={list.more}
          keyOf={(row) => row.message_id}
          empty={i18n._("No call was made yet.")}
          columns={columns()}
          keys={false}
        />
      </div>
    </Window>
  );
}

function columns(): TableColumn<Delivery>[] {
  return [
    { key: "position", head: i18n._("No."), cell: (row) => row.position, numeric: true },
    { key: "topic", head: i18n._("Event"), cell: (row) => <b>{row.topic}</b> },
    { key: "state", head: i18n._("State"), cell: (row) => <State delivery={row} /> },
    { key: "answer", head: i18n._("Answer"), cell: (row) => <Answered delivery={row} /> },
    { key: "attempts", head: i18n._("Calls"), cell: (row) => row.attempts, numeric: true },
    { key: "at", head: i18n._("Last call"), cell: (row) => <When at={row.last_at} /> },
  ];
}

function State({ delivery }: { delivery: Delivery }) {
  const [label, icon, colour] = deliveryState(delivery.state);
  return (
    <Pill icon={icon} colour={colour}>
      {label}
    </Pill>
  );
}

function Answered({ delivery: { status, error, answer, milliseconds } }: { delivery: Delivery }) {
  const first = status === null ? troubleText(error ?? "") : `${status} · ${milliseconds} ms`;
  return (
    <span>
      {first}
      {answer && <small>{answer}</small>}
    </span>
  );
}

/** Everything after an event is told anew; a call about an event it knows bears the same id. */
function TellAgain({ endpoint }: { endpoint: Endpoint }) {
  const [after, setAfter] = useState("");
  const told = useAct({
    act: () => replay(endpoint.id, Number(after)),
    done: () => i18n._("It is told again from there."),
    renews: [ENDPOINTS, DELIVERIES],
    after: () => setAfter(""),
  });
  return (
    <>
      <TextField
        label={i18n._("Tell again what came after event")}
        inputMode="numeric"
        value={after}
        onChange={(event) => setAfter(event.target.value)}
      />
      <Button disabled={!/^\d{1,18}$/.test(after) || told.isPending} onClick={() => told.mutate(undefined)}>
        {i18n._("Tell again")}
      </Button>
    </>
  );
}
