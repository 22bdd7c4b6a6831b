/** The ready-made questions, and where in the books the answers stand. */

import { i18n } from "@lingui/core";
import { Sheet } from "../parts/back";
import { ChoiceField, TextField } from "../parts/field";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { actorLabel } from "../text/labels";
import type { AuditSearch } from "./audit_page";
import { type Answer, useAnswers } from "./data";
import { OrderLink, Stored } from "./facts";
import { questions } from "./words";

interface Props {
  search: AuditSearch;
  go: (change: AuditSearch) => void;
}

export function QuestionsSheet({ search, go }: Props) {
  const known = questions();
  const open = known.find(({ code }) => code === search.question) ?? known[0];
  const { from = "", to = "" } = search;
  const answers = useAnswers(open?.code ?? "", from, to);
  return (
    <Sheet
      title={open?.label ?? ""}
      hint={i18n._(
        "Asked of the books themselves. Each answer leads to its order, with everything that happened.",
      )}
    >
      <div className="span-form">
        <ChoiceField
          label={i18n._("Question")}
          value={open?.code ?? ""}
          options={known.map(({ code, label }) => ({ value: code, label }))}
          onChange={(question) => go({ question })}
        />
        <TextField
          label={i18n._("Recorded from")}
          type="date"
          value={from}
          onChange={(event) => go({ from: event.target.value })}
        />
        <TextField
          label={i18n._("Recorded up to")}
          type="date"
          value={to}
          onChange={(event) => go({ to: event.target.value })}
        />
      </div>
      <DataTable
        key={open?.code}
        label={open?.label ?? ""}
        columns={columns()}
        rows={answers.rows}
        error={answers.error}
        more={answers.more}
        keyOf={(row) => `${row.position} ${row.number}`}
        empty={open?.none}
      />
    </Sheet>
  );
}

function columns(): TableColumn<Answer>[] {
  return [
    {
      key: "number",
      head: i18n._("Number"),
      cell: (row) => <OrderLink topic={row.topic} stream={row.stream} number={row.number ?? "–"} />,
    },
    { key: "when", head: i18n._("When"), cell: (row) => <When at={row.occurred_at} /> },
    { key: "who", head: i18n._("Who"), cell: (row) => actorLabel(row.actor) },
    { key: "why", head: i18n._("Reason"), cell: (row) => row.reason ?? <span className="quiet">–</span> },
    {
      key: "what",
      head: i18n._("As it is stored"),
      cell: (row) => <Stored facts={row.detail} />,
      wide: true,
    },
  ];
}
