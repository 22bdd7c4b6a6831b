/** Who is in a sequence: on the line, how many stand at each step; under it, each order and where it is. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, taken } from "../api/client";
import type { components } from "../api/schema";
import { Sheet } from "../parts/back";
import { usePaged } from "../parts/paged";
import { Pill } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { type Sequence, typedOf } from "./definition";
import { Line } from "./line";
import { enrolmentText, kindText, outcomeText, triggerText } from "./words";

type Enrolment = components["schemas"]["EnrolmentAnswer"];

const PAGE = 50;
const COUNTED = 200;

export function EnrolledSheet({ sequence }: { sequence: Sequence }) {
  const { steps } = typedOf(sequence, "");
  const { rows, more, error } = usePaged(["enrolments", sequence.id], (cursor, signal) => {
    const params = { path: { sequence_id: sequence.id }, query: { limit: PAGE, ...(cursor && { cursor }) } };
    return taken(api.GET("/api/v1/sequences/{sequence_id}/enrolments", { params, signal }));
  });
  return (
    <Sheet title={i18n._("Who is where")}>
      <Line
        beginning={triggerText(sequence.trigger.on)}
        steps={steps}
        counts={useCounts(sequence, steps.length)}
      />
      <DataTable
        label={i18n._("Orders in this sequence")}
        columns={columns(sequence)}
        rows={rows}
        keyOf={(row) => row.id}
        empty={i18n._("No order has begun it.")}
        error={error}
        more={more}
      />
    </Sheet>
  );
}

/** How many of those under way stand at each step, of the newest of them. */
function useCounts({ id, version }: Sequence, length: number): number[] {
  const { data } = useQuery({
    queryKey: ["enrolments", id, "under way"],
    queryFn: ({ signal }) => {
      const params = { path: { sequence_id: id }, query: { state: "under_way" as const, limit: COUNTED } };
      return taken(api.GET("/api/v1/sequences/{sequence_id}/enrolments", { params, signal }));
    },
  });
  const counts = new Array<number>(length).fill(0);
  for (const { step, sequence_version } of data?.items ?? []) {
    const place = Math.max(0, step - 1);
    if (sequence_version === version && place < length) counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

function columns(sequence: Sequence): TableColumn<Enrolment>[] {
  const where = ({ step, sequence_version }: Enrolment) => {
    const kind = sequence_version === sequence.version ? sequence.steps[step - 1]?.kind : undefined;
    if (step === 0) return i18n._("before the first step");
    return kind
      ? i18n._("Step {number}: {kind}", { number: step, kind: kindText(kind) })
      : i18n._("Step {number} of an earlier version", { number: step });
  };
  return [
    {
      key: "order",
      head: i18n._("Order"),
      cell: (row) => (
        <Link to="/orders/$id" params={{ id: row.order_id }}>
          {i18n._("its order")}
        </Link>
      ),
    },
    { key: "state", head: i18n._("State"), cell: ({ state }) => <State state={state} /> },
    { key: "step", head: i18n._("Last step"), cell: where },
    { key: "outcome", head: i18n._("What came of it"), cell: ({ outcome }) => outcomeText(outcome) },
    { key: "began", head: i18n._("Began"), cell: ({ started_at }) => <When at={started_at} /> },
    {
      key: "changed",
      head: i18n._("Last moved"),
      wide: true,
      cell: ({ changed_at }) => <When at={changed_at} />,
    },
  ];
}

function State({ state }: { state: string }) {
  const [label, icon, colour] = enrolmentText(state);
  return (
    <Pill icon={icon} colour={colour}>
      {label}
    </Pill>
  );
}
