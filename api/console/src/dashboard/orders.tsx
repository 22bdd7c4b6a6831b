/** Where orders stand, where they come from, and how long they take. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import type { Shop } from "../api/client";
import { useShop } from "../orders/data";
import { sourceLabel, statusLabel } from "../text/labels";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import { Card } from "./card";
import {
  type Asked,
  durationsQuery,
  lengthIn,
  type SalesFigures,
  type StatusDuration,
  type StatusFigures,
  salesQuery,
  statusesQuery,
} from "./data";
import { fileOf } from "./files";
import { Bars, ordersText, Table } from "./rows";
import { span } from "./spans";

/** The colours of the stages, as everywhere in the console. */
const COLOURS: Record<string, string> = {
  draft: "grey",
  pending: "grey",
  processing: "blue",
  on_hold: "violet",
  shipped: "teal",
  completed: "green",
  cancelled: "red",
};

/** What a status is called in the operator's language; one that the shop no longer has bears the name it was told by. */
const nameOf = (shop: Shop | undefined, code: string, label: string | null): string =>
  statusLabel(shop?.statuses.find((each) => each.code === code) ?? { code, label: label ?? code });

const HEADS = (first: string) => [
  first,
  i18n._("Orders"),
  i18n._("Units"),
  i18n._("Total"),
  i18n._("Given back"),
];

function cellsOf(row: SalesFigures, name: string, locale: string) {
  return {
    key: row.key,
    filter: row.filter,
    cells: [name, row.orders, row.units, moneyText(row.total, locale), moneyText(row.refunded, locale)],
  };
}

/** What a figure of a key was in the period that is compared, where one is. */
function before(
  rows: SalesFigures[] | undefined,
  key: string,
  text: (row: SalesFigures) => string | number,
): string | undefined {
  if (!rows) return undefined;
  const row = rows.find((each) => each.key === key);
  return i18n._("before: {amount}", { amount: row ? text(row) : "–" });
}

export function ByStatus({ asked }: { asked: Asked }) {
  const locale = localeTag();
  const query = useQuery(statusesQuery(asked));
  const rows = query.data?.rows ?? [];
  const then = query.data?.compared?.rows;
  const shop = useShop();
  const name = (row: StatusFigures) => nameOf(shop, row.key, row.label);
  return (
    <Card
      title={i18n._("Orders by status")}
      about={i18n._("as they stand now")}
      file={fileOf("statuses", { ...asked.days, currency: asked.currency })}
      query={query}
      empty={rows.length === 0}
      nothing={i18n._("No order was placed in these days.")}
      picture={
        <Bars
          bars={rows.map((row) => ({
            key: row.key,
            label: name(row),
            length: row.orders,
            value: new Intl.NumberFormat(locale).format(row.orders),
            more: before(then, row.key, ({ orders }) => orders) ?? moneyText(row.total, locale),
            filter: row.filter,
            colour: COLOURS[row.stage] ?? "grey",
          }))}
        />
      }
      table={
        <Table
          caption={i18n._("Orders by status")}
          heads={HEADS(i18n._("Status"))}
          rows={rows.map((row) => cellsOf(row, name(row), locale))}
        />
      }
    />
  );
}

export function BySource({ asked }: { asked: Asked }) {
  const locale = localeTag();
  const query = useQuery(salesQuery(asked, "source"));
  const rows = [...(query.data?.rows ?? [])].sort(
    (a, b) => lengthIn(b.total.amount) - lengthIn(a.total.amount),
  );
  const then = query.data?.compared?.rows;
  const name = (row: SalesFigures) => sourceLabel(row.key) || i18n._("not told");
  return (
    <Card
      title={i18n._("Sales by source")}
      file={fileOf("sales", { ...asked.days, currency: asked.currency, by: "source" })}
      query={query}
      empty={rows.length === 0}
      nothing={i18n._("Nothing was sold in these days.")}
      picture={
        <Bars
          bars={rows.map((row) => ({
            key: row.key,
            label: name(row),
            length: lengthIn(row.total.amount),
            value: moneyText(row.total, locale),
            more: before(then, row.key, ({ total }) => moneyText(total, locale)) ?? ordersText(row.orders),
            filter: row.filter,
          }))}
        />
      }
      table={
        <Table
          caption={i18n._("Sales by source")}
          heads={HEADS(i18n._("Source"))}
          rows={rows.map((row) => cellsOf(row, name(row), locale))}
        />
      }
    />
  );
}

const ENDED = ["completed", "cancelled"];

export function Durations({ asked }: { asked: Asked }) {
  const locale = localeTag();
  const query = useQuery(durationsQuery(asked));
  const rows = (query.data?.rows ?? []).filter(({ stage, ended }) => !ENDED.includes(stage) || ended > 0);
  const shop = useShop();
  const name = (row: StatusDuration) => nameOf(shop, row.status, row.label);
  const time = (seconds: number | null) => (seconds === null ? "–" : span(seconds, locale));
  return (
    <Card
      title={i18n._("Time in each status")}
      about={i18n._("on average, of the orders placed in these days")}
      file={fileOf("durations", { ...asked.days })}
      query={query}
      empty={rows.length === 0}
      nothing={i18n._("No order was placed in these days.")}
      picture={
        <Bars
          bars={rows.map((row) => ({
            key: row.status,
            label: name(row),
            length: row.average ?? 0,
            value: time(row.average),
            more:
              row.open > 0 && !ENDED.includes(row.stage)
                ? i18n._("{count} there now, for {time}", { count: row.open, time: time(row.waiting) })
                : undefined,
            filter: row.filter,
            colour: COLOURS[row.stage] ?? "grey",
          }))}
        />
      }
      table={
        <Table
          caption={i18n._("Time in each status")}
          heads={[
            i18n._("Status"),
            i18n._("Left it"),
            i18n._("Average"),
            i18n._("≤ 1 hour"),
            i18n._("≤ 1 day"),
            i18n._("≤ 3 days"),
            i18n._("≤ 7 days"),
            i18n._("Longer"),
            i18n._("There now"),
            i18n._("For"),
          ]}
          rows={rows.map((row) => ({
            key: row.status,
            filter: row.filter,
            cells: [
              name(row),
              row.ended,
              time(row.average),
              row.within_hour,
              row.within_day,
              row.within_three_days,
              row.within_week,
              row.longer,
              row.open,
              time(row.waiting),
            ],
          }))}
        />
      }
    />
  );
}
