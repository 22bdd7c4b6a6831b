/** The sequences: what each does, and whether it is at work. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMay } from "../app/session";
import { useKeys } from "../keys/keys";
import { BackPage, Sheet } from "../parts/back";
import { Key } from "../parts/button";
import { Icon } from "../parts/icon";
import { Pill } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { sequencesQuery } from "./data";
import { type Sequence, typedOf } from "./definition";
import { kindIcon, kindText, triggerText } from "./words";
import "../styles/sequences.css";

export function SequenceListPage() {
  const may = useMay()("marketing:write");
  const navigate = useNavigate();
  const { data, error } = useQuery(sequencesQuery);
  useKeys({ c: () => (may ? navigate({ to: "/sequences/$id", params: { id: "new" } }) : false) });
  return (
    <BackPage
      title={i18n._("Sequences")}
      actions={
        may && (
          <Link to="/sequences/$id" params={{ id: "new" }} className="button primary" aria-keyshortcuts="c">
            <Icon name="plus" />
            <span>{i18n._("New sequence")}</span>
            <Key>c</Key>
          </Link>
        )
      }
    >
      <Sheet
        title={i18n._("Sequences")}
        hint={i18n._(
          "Steps that follow an order by themselves. Mails go to customers who consented, and to nobody else.",
        )}
      >
        <DataTable
          label={i18n._("Sequences")}
          columns={columns()}
          rows={data}
          keyOf={(row) => row.id}
          onOpen={(row) => navigate({ to: "/sequences/$id", params: { id: row.id } })}
          empty={i18n._("There is no sequence yet.")}
          error={error}
        />
      </Sheet>
    </BackPage>
  );
}

function columns(): TableColumn<Sequence>[] {
  return [
    {
      key: "name",
      head: i18n._("Name"),
      cell: (row) => (
        <Link to="/sequences/$id" params={{ id: row.id }}>
          {row.name}
        </Link>
      ),
    },
    { key: "begins", head: i18n._("Begins when"), cell: ({ trigger }) => triggerText(trigger.on) },
    { key: "steps", head: i18n._("Steps"), cell: (row) => <StepIcons row={row} /> },
    { key: "state", head: i18n._("State"), cell: ({ started }) => <SequenceState started={started} /> },
    { key: "changed", head: i18n._("Changed"), cell: ({ changed_at }) => <When at={changed_at} /> },
  ];
}

function StepIcons({ row }: { row: Sequence }) {
  return (
    <span className="step-icons">
      {typedOf(row, "").steps.map((step, place) => (
        <span key={place} title={kindText(step.kind)}>
          <Icon name={kindIcon(step.kind)} />
          <span className="hidden-text">{kindText(step.kind)}</span>
        </span>
      ))}
    </span>
  );
}

export function SequenceState({ started }: { started: boolean }) {
  return started ? (
    <Pill icon="half" colour="green">
      {i18n._("at work")}
    </Pill>
  ) : (
    <Pill icon="pause" colour="grey">
      {i18n._("stopped")}
    </Pill>
  );
}
