/** The rows: only those in sight are there, and the next page is asked for before its place is reached. */

import { i18n } from "@lingui/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type MouseEvent, memo, useEffect, useRef } from "react";
import type { OrderRow } from "../../api/client";
import { Icon } from "../../parts/icon";
import { Payment, StatusPill, Tag } from "../../parts/pill";
import { localeTag } from "../../text/language";
import { moneyText } from "../../text/money";
import { nextSort, STANDARD_SORT } from "../search";
import { buyerName, type Column, type Facts, When } from "./columns";

const ROW_PX = 32;
const CARD_PX = 62;
const HEAD_PX = 29;
const AHEAD = 60;

interface Props {
  rows: readonly OrderRow[];
  columns: readonly Column[];
  facts: Facts;
  cards: boolean;
  at: string | null;
  selected: ReadonlySet<string>;
  fresh: ReadonlySet<string>;
  sort: string | undefined;
  more: boolean;
  onMore: () => void;
  onSort: (sort: string | undefined) => void;
  /** A column goes to the place of another. */
  onMove: (id: string, place: string) => void;
  onRow: (id: string, event: MouseEvent) => void;
  onOpen: (id: string) => void;
  onBox: (id: string, event: MouseEvent) => void;
  onAll: () => void;
}

export function Rows(props: Props) {
  const { rows, columns, cards, at, more, onMore } = props;
  const place = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length + (more ? 3 : 0),
    getScrollElement: () => place.current,
    estimateSize: () => (cards ? CARD_PX : ROW_PX),
    overscan: 14,
    scrollPaddingStart: cards ? 0 : HEAD_PX,
  });
  const shown = virtual.getVirtualItems();
  const last = shown[shown.length - 1]?.index ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: cards are higher than rows
  useEffect(() => virtual.measure(), [cards, virtual]);
  useEffect(() => {
    if (more && last > rows.length - AHEAD) onMore();
  }, [more, last, rows.length, onMore]);
  const index = at === null ? -1 : rows.findIndex((row) => row.id === at);
  const reached = useRef<string | null>(null);
  useEffect(() => {
    if (index < 0 || reached.current === at) return;
    reached.current = at;
    virtual.scrollToIndex(index, { align: "auto" });
  }, [at, index, virtual]);
  return (
    <div
      ref={place}
      className={cards ? "grid cards" : "grid"}
      role="grid"
      tabIndex={0}
      aria-label={i18n._("Orders")}
      aria-rowcount={more ? -1 : rows.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={index >= 0 ? `row-${at}` : undefined}
      style={templates(columns)}
    >
      {!cards && <Head {...props} />}
      <div role="rowgroup" className="rows" style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const row = rows[item.index];
          const style = { transform: `translateY(${item.start}px)` };
          if (!row)
            return (
              <div key={item.key} role="row" aria-busy="true" className="row waiting" style={style}>
                <span role="gridcell" className="bone" />
              </div>
            );
          const Shape = cards ? Card : Row;
          return (
            <Shape
              key={row.id}
              row={row}
              index={item.index}
              start={item.start}
              columns={columns}
              facts={props.facts}
              on={row.id === at}
              selected={props.selected.has(row.id)}
              fresh={props.fresh.has(row.id)}
              onRow={props.onRow}
              onOpen={props.onOpen}
              onBox={props.onBox}
            />
          );
        })}
      </div>
    </div>
  );
}

const BOX_PX = 40;

/** The rows' columns, and the least they need: all of them, and without the tags where there is little room. */
function templates(columns: readonly Column[]): Record<string, string> {
  const few = columns.filter((each) => each.id !== "tags");
  const least = (of: readonly Column[]) =>
    of.reduce((sum, each) => sum + (Number(/\d+/.exec(each.width)?.[0]) || 0), BOX_PX);
  const template = (of: readonly Column[]) => `${BOX_PX}px ${of.map((each) => each.width).join(" ")}`;
  return {
    "--row": template(columns),
    "--row-least": `${least(columns)}px`,
    "--short-row": template(few),
    "--short-row-least": `${least(few)}px`,
  };
}

function Head({ columns, rows, selected, sort, onSort, onMove, onAll }: Props) {
  const all = rows.length > 0 && selected.size >= rows.length;
  return (
    <div role="rowgroup" className="head">
      <div role="row" className="row" aria-rowindex={1}>
        <span role="columnheader">
          <button
            type="button"
            role="checkbox"
            aria-checked={all ? "true" : selected.size ? "mixed" : "false"}
            aria-label={i18n._("Select all rows that are loaded")}
            className="box"
            onClick={onAll}
          />
        </span>
        {columns.map((column) => (
          <Heading key={column.id} column={column} sort={sort} onSort={onSort} onMove={onMove} />
        ))}
      </div>
    </div>
  );
}

function Heading({
  column,
  sort,
  onSort,
  onMove,
}: {
  column: Column;
  sort: string | undefined;
  onSort: Props["onSort"];
  onMove: Props["onMove"];
}) {
  const current = sort ?? STANDARD_SORT;
  const by = column.sort?.by;
  const down = current === `-${by}`;
  const sorted = by !== undefined && (current === by || down);
  return (
    <span
      role="columnheader"
      className={column.numeric ? "numeric" : undefined}
      aria-sort={sorted ? (down ? "descending" : "ascending") : undefined}
      data-column={column.id}
      draggable
      onDragStart={(event) => event.dataTransfer.setData("text", column.id)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        onMove(event.dataTransfer.getData("text"), column.id);
      }}
    >
      {column.sort ? (
        <button
          type="button"
          onClick={() => onSort(nextSort(sort, column.sort?.by ?? "", column.sort?.first ?? ""))}
        >
          {column.head}
          {sorted && <Icon name={down ? "down" : "up"} />}
        </button>
      ) : (
        column.head
      )}
    </span>
  );
}

interface RowProps {
  row: OrderRow;
  index: number;
  start: number;
  columns: readonly Column[];
  facts: Facts;
  on: boolean;
  selected: boolean;
  fresh: boolean;
  onRow: Props["onRow"];
  onOpen: Props["onOpen"];
  onBox: Props["onBox"];
}

const classesOf = ({ on, selected, fresh }: RowProps): string =>
  ["row", on && "on", selected && "selected", fresh && "fresh"].filter(Boolean).join(" ");

const Row = memo(function Row(props: RowProps) {
  const { row, index, start, columns, facts, selected, onRow, onOpen, onBox } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid listens to the keyboard as a whole
    <div
      id={`row-${row.id}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={classesOf(props)}
      style={{ transform: `translateY(${start}px)` }}
      onClick={(event) => onRow(row.id, event)}
      onDoubleClick={() => onOpen(row.id)}
    >
      <span role="gridcell">
        <button
          type="button"
          role="checkbox"
          tabIndex={-1}
          aria-checked={selected}
          aria-label={i18n._("Select {number}", { number: row.number })}
          className="box"
          onClick={(event) => {
            event.stopPropagation();
            onBox(row.id, event);
          }}
        />
      </span>
      {columns.map((column) => (
        <span
          key={column.id}
          role="gridcell"
          data-column={column.id}
          className={column.numeric ? "numeric" : undefined}
        >
          {column.cell(row, facts)}
        </span>
      ))}
    </div>
  );
});

/** A telephone gets cards: nothing is shrunk. */
const Card = memo(function Card(props: RowProps) {
  const { row, index, start, facts, selected, onOpen } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid listens to the keyboard as a whole
    <div
      id={`row-${row.id}`}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={selected}
      className={classesOf(props)}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => onOpen(row.id)}
    >
      <span role="gridcell" className="card-name">
        <b>{buyerName(row)}</b>
        <b>{moneyText(row.total, localeTag())}</b>
      </span>
      <span role="gridcell" className="card-facts">
        <StatusPill status={row.status} />
        <Payment code={row.payment_status} />
        {row.tags[0] && <Tag>{row.tags[0]}</Tag>}
        <span className="grow" />
        <span className="quiet">
          {row.number} · <When at={row.created_at} facts={facts} short />
        </span>
      </span>
    </div>
  );
});
