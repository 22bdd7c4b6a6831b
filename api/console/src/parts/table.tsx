/** A plain table of the back office: rows that open by a click or Enter, j and k between them, cards on a telephone. */

import { i18n } from "@lingui/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useKeys } from "../keys/keys";
import { Bones } from "./bones";
import { Button } from "./button";
import { Complaints } from "./field";
import { sentenceOf } from "./refused";
import "../styles/table.css";

export interface TableColumn<Row> {
  key: string;
  head: string;
  cell: (row: Row) => ReactNode;
  /** Figures stand to the right. */
  numeric?: boolean;
  /** Left out where the page is narrow. */
  wide?: boolean;
}

interface Props<Row> {
  /** What the table lists, for those who hear it. */
  label: string;
  columns: readonly TableColumn<Row>[];
  /** None yet: bones are shown in their place. */
  rows: readonly Row[] | undefined;
  keyOf: (row: Row) => string;
  onOpen?: (row: Row) => void;
  /** What a row without anything says. */
  empty: ReactNode;
  error?: unknown;
  /** Further pages: read when their end comes into sight. */
  more?: { has: boolean; busy: boolean; read: () => void };
  /** Whether the keys j, k and Enter are this table's. */
  keys?: boolean;
}

export function DataTable<Row>(props: Props<Row>) {
  const { label, columns, rows, keyOf, onOpen, empty, error, more } = props;
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useRowKeys(props, place);
  if (error && !rows) return <Complaints sentences={[sentenceOf(error)]} />;
  if (!rows) return <Bones />;
  if (rows.length === 0) return <p className="quiet table-empty">{empty}</p>;
  return (
    <div className="table-place" ref={place}>
      <table className="data-table">
        <caption className="hidden-text">{label}</caption>
        <thead>
          <tr>
            {columns.map((each) => (
              <th key={each.key} scope="col" className={classes(each)}>
                {each.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr
              key={keyOf(row)}
              className={rowClass(index === at, onOpen !== undefined)}
              onClick={(event) => {
                setAt(index);
                if (!isControl(event.target)) onOpen?.(row);
              }}
            >
              {columns.map((each) => (
                <td key={each.key} className={classes(each)} data-head={each.head}>
                  {each.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {more?.has && <More busy={more.busy} read={more.read} />}
    </div>
  );
}

const classes = <Row,>({ numeric, wide }: TableColumn<Row>): string | undefined =>
  [numeric && "numeric", wide && "wide"].filter(Boolean).join(" ") || undefined;

const rowClass = (on: boolean, opens: boolean): string | undefined =>
  [on && "on", opens && "opens"].filter(Boolean).join(" ") || undefined;

const isControl = (target: EventTarget): boolean =>
  (target as HTMLElement).closest("a, button, input, select, label") !== null;

/** The highlighted row, moved by j and k, opened by Enter. */
function useRowKeys<Row>({ rows, onOpen, keys = true }: Props<Row>, place: { current: HTMLElement | null }) {
  const [at, setAt] = useState(-1);
  const last = (rows?.length ?? 0) - 1;
  const go = (next: number) => {
    const row = Math.max(0, Math.min(last, next));
    setAt(row);
    place.current?.querySelectorAll("tbody tr")[row]?.scrollIntoView({ block: "nearest" });
  };
  useKeys(
    {
      j: () => (last >= 0 ? go(at + 1) : false),
      k: () => (last >= 0 ? go(at - 1) : false),
      enter: () => {
        const row = rows?.[at];
        return row !== undefined && onOpen ? onOpen(row) : false;
      },
    },
    { enabled: keys && onOpen !== undefined },
  );
  return [at, setAt] as const;
}

/** The next page is read once its place comes into sight; by a button for those who use no eyes. */
function More({ busy, read }: { busy: boolean; read: () => void }) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((each) => each.isIntersecting)) latest.current();
    });
    if (place.current) seen.observe(place.current);
    return () => seen.disconnect();
  }, []);
  return (
    <div className="table-more" ref={place}>
      <Button size="small" disabled={busy} onClick={read}>
        {busy ? i18n._("Reading…") : i18n._("More")}
      </Button>
    </div>
  );
}
