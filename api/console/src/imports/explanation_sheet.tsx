/** How the files of an import are read: whose they are, how they are written, and each column. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Facts, Sheet, Warned } from "../parts/back";
import { DataTable, type TableColumn } from "../parts/table";
import { type Explanation, explanationQuery } from "./data";
import { bytesText } from "./sizes";
import { datesLabel, delimiterLabel, originOf, readAsLabel } from "./words";

export function ExplanationSheet({ id }: { id: string }) {
  const { data } = useQuery(explanationQuery(id));
  if (!data) return null;
  return (
    <Sheet title={i18n._("How the files are read")} hint={data.why}>
      {data.asks && <Warned look="bad">{data.asks}</Warned>}
      <Facts facts={factsOf(data)} />
      {data.files.flatMap((file) => file.warnings.map((each) => <Warned key={each}>{each}</Warned>))}
      <details className="columns-read">
        <summary>
          {i18n._("{count, plural, one {# column} other {# columns}}, {ignored} of them left out", {
            count: data.columns.length,
            ignored: data.ignored.length,
          })}
        </summary>
        <Columns explanation={data} />
      </details>
    </Sheet>
  );
}

function factsOf(data: Explanation): [string, string][] {
  const facts: [string, string][] = [
    [i18n._("Written by"), originOf(data)],
    [i18n._("Dates"), datesLabel(data.dates)],
    [i18n._("Decimal sign"), data.decimal || i18n._("none needed")],
  ];
  for (const [place, file] of data.files.entries()) {
    const name = data.files.length > 1 ? i18n._("File {number}", { number: place + 1 }) : i18n._("The file");
    const delimiter = delimiterLabel(file.delimiter);
    facts.push([name, [file.encoding, delimiter, bytesText(file.bytes)].filter(Boolean).join(" · ")]);
  }
  return facts;
}

type Column = Explanation["columns"][number];

function Columns({ explanation }: { explanation: Explanation }) {
  const columns: TableColumn<Column>[] = [
    {
      key: "column",
      head: i18n._("Column"),
      cell: ({ column, read_as }) => <b className={read_as ? undefined : "left-out"}>{column}</b>,
    },
    { key: "read", head: i18n._("Read as"), cell: ({ read_as }) => readAsLabel(read_as) },
    { key: "samples", head: i18n._("Samples"), cell: ({ samples }) => samples.join(" · ") },
    { key: "filled", head: i18n._("Filled"), numeric: true, cell: ({ filled }) => filled },
  ];
  return (
    <DataTable
      label={i18n._("Columns of the file")}
      columns={columns}
      rows={explanation.columns}
      keyOf={(each) => `${each.kind} ${each.column}`}
      empty={i18n._("The file has no columns.")}
    />
  );
}
