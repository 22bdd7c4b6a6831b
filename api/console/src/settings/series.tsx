/** The series that documents take their numbers from, without a gap. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { api, type Versioned, versioned } from "../api/client";
import { useMay } from "../app/session";
import { Button } from "../parts/button";
import { ChoiceField, TextField } from "../parts/field";
import { CheckField, FormSheet } from "../parts/form";
import { DataTable } from "../parts/table";
import { Window } from "../parts/window";
import { type Papers, papersQuery, usePapersEditor } from "./data";
import { Read } from "./read";
import { wholeOf } from "./whole";

type Series = Papers["series"][number];

export default function SeriesSection() {
  return <Read query={papersQuery}>{(papers) => <SeriesList papers={papers} />}</Read>;
}

const kindLabel = (kind: string): string =>
  kind === "invoice" ? i18n._("invoices") : kind === "credit_note" ? i18n._("credit notes") : kind;

/** The first number as it stands on paper. */
export const sampleOf = (
  { prefix, yearly, first }: Pick<Series, "prefix" | "yearly" | "first">,
  year: number,
) => `${prefix}${yearly ? `${year}-` : ""}${String(first).padStart(5, "0")}`;

function SeriesList({ papers }: { papers: Versioned<Papers> }) {
  const may = useMay()("settings:write");
  const [open, setOpen] = useState<Series | null>(null);
  const year = new Date().getFullYear();
  const blank: Series = { code: "", kind: "invoice", prefix: "", yearly: true, first: 1 };
  return (
    <section className="sheet" aria-label={i18n._("Number series")}>
      <header>
        <h2>{i18n._("Number series")}</h2>
        <span className="grow" />
        {may && (
          <Button icon="plus" size="small" onClick={() => setOpen(blank)}>
            {i18n._("A series…")}
          </Button>
        )}
      </header>
      <p className="quiet padded">
        {i18n._("Invoices and credit notes are numbered without a gap. What a series was begun with stays.")}
      </p>
      <DataTable
        label={i18n._("Number series")}
        rows={papers.data.series}
        keyOf={(row) => row.code}
        empty={i18n._("There is none yet.")}
        columns={[
          { key: "code", head: i18n._("Code"), cell: (row) => row.code },
          { key: "kind", head: i18n._("Numbers"), cell: (row) => kindLabel(row.kind) },
          { key: "sample", head: i18n._("First number"), cell: (row) => sampleOf(row, year) },
          {
            key: "yearly",
            head: i18n._("Begins anew"),
            cell: (row) => (row.yearly ? i18n._("each year") : i18n._("never")),
          },
        ]}
      />
      {open && <NewSeries papers={papers} blank={blank} onClose={() => setOpen(null)} />}
    </section>
  );
}

interface NewProps {
  papers: Versioned<Papers>;
  blank: Series;
  onClose: () => void;
}

function NewSeries({ papers, blank, onClose }: NewProps) {
  const may = useMay()("settings:write");
  const editor = usePapersEditor<Series>(papers, {
    name: "series",
    pick: () => blank,
    send: ({ code, kind, ...rest }, headers) =>
      versioned(
        api.PUT("/api/v1/settings/papers/series/{code}", {
          params: { path: { code: code || "new" } },
          body: { kind: kind as never, ...rest },
          headers,
        }),
      ),
    onDone: onClose,
  });
  const { values } = editor;
  return (
    <Window title={i18n._("A series…")} onClose={onClose} narrow>
      <div className="form-window">
        <FormSheet
          editor={editor}
          labels={{
            code: i18n._("Code"),
            kind: i18n._("Numbers"),
            prefix: i18n._("Prefix"),
            first: i18n._("First number"),
          }}
          may={may}
        >
          <div className="form-row">
            <TextField
              label={i18n._("Code")}
              value={values.code}
              complaint={editor.complaint("code")}
              onChange={(event) => editor.set({ code: event.target.value })}
            />
            <ChoiceField
              label={i18n._("Numbers")}
              value={values.kind}
              options={["invoice", "credit_note"].map((value) => ({ value, label: kindLabel(value) }))}
              onChange={(kind) => editor.set({ kind })}
            />
            <TextField
              label={i18n._("Prefix")}
              value={values.prefix}
              complaint={editor.complaint("prefix")}
              onChange={(event) => editor.set({ prefix: event.target.value.toUpperCase() })}
            />
            <TextField
              label={i18n._("First number")}
              inputMode="numeric"
              value={String(values.first)}
              complaint={editor.complaint("first")}
              onChange={(event) => editor.set({ first: wholeOf(event.target.value) as number })}
            />
          </div>
          <CheckField
            label={i18n._("Begin each year anew")}
            checked={values.yearly}
            onChange={(yearly) => editor.set({ yearly })}
          />
          <p className="quiet">
            {i18n._("The first number will be {number}.", {
              number: sampleOf(values, new Date().getFullYear()),
            })}
          </p>
        </FormSheet>
      </div>
    </Window>
  );
}
