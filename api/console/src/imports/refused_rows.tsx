/** The rows that were refused, each with what is wrong with it: corrected here, and loaded again. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useMay } from "../app/session";
import { Read, Sheet, useAct } from "../parts/back";
import { Button } from "../parts/button";
import { type Import, loadedAgain } from "./data";
import { correctedCsv, type Fault, type Refused, type RefusedRow, refusedRowsQuery } from "./refused";

const SHOWN = 50;

export function RefusedRows({ one }: { one: Import }) {
  const rowsRead = one.totals.rows as { refused?: number } | undefined;
  const count = rowsRead?.refused ?? 0;
  const mayRead = useMay()("personal:read");
  if (count === 0) return null;
  return (
    <Sheet
      title={i18n._("{count, plural, one {# row was refused} other {# rows were refused}}", { count })}
      hint={i18n._("An order is all or nothing. Correct the rows and load them again: only they are sent.")}
      actions={
        mayRead && (
          <a className="button small" href={`/api/v1/imports/${one.id}/errors.csv`} download>
            {i18n._("As a file")}
          </a>
        )
      }
    >
      {mayRead ? (
        <Rows one={one} count={count} />
      ) : (
        <p className="quiet padded">
          {i18n._("What the rows say may tell of persons, which you may not read.")}
        </p>
      )}
    </Sheet>
  );
}

function Rows({ one, count }: { one: Import; count: number }) {
  const rows = useQuery(refusedRowsQuery(one.id));
  return <Read query={rows}>{(refused) => <Table one={one} refused={refused} count={count} />}</Read>;
}

type Corrections = Readonly<Record<string, string>>;

interface TableProps {
  one: Import;
  refused: Refused;
  count: number;
}

function Table({ one, refused, count }: TableProps) {
  const [corrections, setCorrections] = useState<Corrections>({});
  const [shown, show] = useState(SHOWN);
  const navigate = useNavigate();
  const key = useRef({ text: "", key: "" });
  const may = useMay()("imports:write");
  const again = useAct({
    act: () => {
      const text = correctedCsv(refused, corrections);
      if (key.current.text !== text) key.current = { text, key: crypto.randomUUID() };
      return loadedAgain(one.id, text, one.dry_run, key.current.key);
    },
    renews: ["imports"],
    after: (made) => navigate({ to: "/imports/$id", params: { id: made.id } }),
  });
  const many = Object.keys(corrections).length;
  return (
    <>
      <ul className="refused">
        {refused.rows.slice(0, shown).map((row) => (
          <Row
            key={row.index}
            row={row}
            header={refused.header}
            corrections={corrections}
            onCell={(place, text) =>
              setCorrections(({ [`${row.index}:${place}`]: _, ...others }) =>
                text === row.cells[place] ? others : { ...others, [`${row.index}:${place}`]: text },
              )
            }
          />
        ))}
      </ul>
      {shown < refused.rows.length && (
        <div className="sheet-foot">
          <Button size="small" onClick={() => show(shown + SHOWN)}>
            {i18n._("More")}
          </Button>
        </div>
      )}
      <div className="sheet-foot">
        <span className="quiet grow">
          {count > refused.rows.length
            ? i18n._("The first {shown} of {count} rows are here; the others are in the file.", {
                shown: refused.rows.length,
                count,
              })
            : i18n._(
                "{many, plural, =0 {Nothing is corrected yet.} one {# cell is corrected.} other {# cells are corrected.}}",
                { many },
              )}
        </span>
        {may && (
          <Button disabled={many === 0 || again.isPending} onClick={() => again.mutate(undefined)}>
            {one.dry_run ? i18n._("Try these rows again") : i18n._("Load these rows again")}
          </Button>
        )}
      </div>
    </>
  );
}

interface RowProps {
  row: RefusedRow;
  header: readonly string[];
  corrections: Corrections;
  onCell: (place: number, text: string) => void;
}

function Row({ row, header, corrections, onCell }: RowProps) {
  const [open, setOpen] = useState(false);
  const wrong = [...new Set(row.faults.map((fault) => fault.column).filter((column) => column >= 0))];
  const rest = open ? header.map((_, place) => place).filter((place) => !wrong.includes(place)) : [];
  return (
    <li>
      <div className="refused-why">
        <span className="quiet">{i18n._("Row {place}", { place: row.place })}</span>
        {row.first && <b>{row.first}</b>}
        {row.faults.length === 1 && <Why fault={row.faults[0]} />}
      </div>
      {row.faults.length > 1 && (
        <ul className="refused-faults">
          {row.faults.map((fault) => (
            <li key={`${fault.column}:${fault.message}`} className="refused-why">
              {fault.column >= 0 && <b>{header[fault.column]}</b>}
              <Why fault={fault} />
            </li>
          ))}
        </ul>
      )}
      <div className="refused-cells">
        {[...wrong, ...rest].map((place) => (
          <label key={place} className="field">
            <span>{header[place]}</span>
            <input
              className="input"
              aria-invalid={
                wrong.includes(place) && corrections[`${row.index}:${place}`] === undefined ? true : undefined
              }
              value={corrections[`${row.index}:${place}`] ?? row.cells[place] ?? ""}
              onChange={(event) => onCell(place, event.target.value)}
            />
          </label>
        ))}
        <Button look="bare" size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? i18n._("Less of the row") : i18n._("The whole row")}
        </Button>
      </div>
    </li>
  );
}

function Why({ fault }: { fault: Fault | undefined }) {
  return (
    <>
      <span className="late">{fault?.message}</span>
      {fault?.fix && <span className="quiet">{fault.fix}</span>}
    </>
  );
}
