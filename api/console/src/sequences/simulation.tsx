/** Whom a sequence would have touched in a span of the past, before it is started; nobody is touched by it. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, taken } from "../api/client";
import type { components } from "../api/schema";
import { useZone } from "../orders/data";
import { Sheet, useAct } from "../parts/back";
import { Button } from "../parts/button";
import { Pill } from "../parts/pill";
import { type Days, lastQuarter, Span } from "../parts/span";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { dayAfter, dayStart } from "../text/instants";

type Simulation = components["schemas"]["SimulationAnswer"];
type Touched = Simulation["items"][number];

export function SimulationSheet({ id }: { id: string }) {
  const zone = useZone();
  const [days, setDays] = useState<Days>(() => lastQuarter(zone));
  const run = useAct({
    act: (): Promise<Simulation> => {
      const query = { from: dayStart(days.from, zone), to: dayStart(dayAfter(days.to, 1), zone) };
      const params = { path: { sequence_id: id }, query };
      return taken(api.POST("/api/v1/sequences/{sequence_id}/simulate", { params }));
    },
  });
  return (
    <Sheet
      title={i18n._("Try it over the past")}
      hint={i18n._(
        "Whom it would have touched, as it stands and decided as it is decided now. Nobody is touched by trying.",
      )}
    >
      <Span days={days} onDays={setDays}>
        <Button disabled={run.isPending} onClick={() => run.mutate(undefined)}>
          {run.isPending ? i18n._("Being tried…") : i18n._("Try")}
        </Button>
      </Span>
      {run.data && <Outcome simulation={run.data} />}
    </Sheet>
  );
}

function Outcome({ simulation: { enrolled, no_consent, items } }: { simulation: Simulation }) {
  return (
    <>
      <p className="padded" role="status">
        <b>
          {i18n._("{enrolled, plural, =0 {No order} one {# order} other {# orders}} would have begun it", {
            enrolled,
          })}
        </b>
        {no_consent > 0 && (
          <span className="quiet">
            {" · "}
            {i18n._(
              "{no_consent, plural, one {# more} other {# more}} would have, had the customer consented",
              {
                no_consent,
              },
            )}
          </span>
        )}
      </p>
      {items.length > 0 && (
        <DataTable
          label={i18n._("Who would have been touched")}
          columns={columns()}
          rows={items}
          keyOf={(each) => each.order_id}
          empty={null}
        />
      )}
    </>
  );
}

function columns(): TableColumn<Touched>[] {
  return [
    {
      key: "order",
      head: i18n._("Order"),
      cell: (each) => (
        <Link to="/orders/$id" params={{ id: each.order_id }}>
          {each.number}
        </Link>
      ),
    },
    { key: "when", head: i18n._("When"), cell: ({ at }) => <When at={at} /> },
    {
      key: "verdict",
      head: i18n._("What"),
      cell: ({ verdict }) =>
        verdict === "enrolled" ? (
          <Pill icon="check" colour="green">
            {i18n._("would have begun")}
          </Pill>
        ) : (
          <Pill icon="close" colour="grey">
            {i18n._("no consent")}
          </Pill>
        ),
    },
  ];
}
