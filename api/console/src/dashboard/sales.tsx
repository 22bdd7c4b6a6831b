/** What was sold, part by part of the period, and the figures of the whole beside those it is compared with. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import { Card } from "./card";
import { type Asked, lengthIn, listOf, type PeriodTotal, type SalesFigures, salesQuery } from "./data";
import { fileOf } from "./files";
import { type Days, type Part, partOf, partsOf } from "./period";
import { Plot } from "./plot";
import { ordersText, Table } from "./rows";

export function Sales({ asked }: { asked: Asked }) {
  const navigate = useNavigate();
  const locale = localeTag();
  const part = partOf(asked.days);
  const query = useQuery(salesQuery(asked, part));
  const report = query.data;
  const points = useMemo(() => (report ? pointsOf(report, part) : []), [report, part]);
  const compared = report?.compared;
  const { times, series } = useMemo(() => {
    const now = { label: i18n._("This period"), values: points.map(({ now }) => lengthOf(now)) };
    const then = {
      label: i18n._("Before"),
      values: points.map(({ before }) => lengthOf(before)),
      behind: true,
    };
    return {
      times: points.map(({ day }) => Date.parse(`${day}T00:00:00Z`) / 1000),
      series: compared ? [then, now] : [now],
    };
  }, [points, compared]);
  const text = (row: SalesFigures | undefined) => moneyText(row?.total ?? nothing(asked.currency), locale);
  const tip = (index: number) => {
    const point = points[index];
    if (!point) return "";
    const lines = [dayName(point.day, part, locale), text(point.now), ordersText(point.now?.orders ?? 0)];
    if (compared) lines.push(i18n._("before: {amount}", { amount: text(point.before) }));
    return lines.join("\n");
  };
  const open = (index: number) => {
    const row = points[index]?.now;
    if (row) void navigate({ to: "/orders", search: listOf(row.filter) });
  };
  return (
    <Card
      wide
      title={i18n._("Sales")}
      about={PARTS()[part]}
      file={fileOf("sales", { ...asked.days, currency: asked.currency, by: part })}
      query={query}
      empty={!report || (report.rows.length === 0 && !compared?.rows.length)}
      nothing={i18n._("Nothing was sold in these days.")}
      picture={
        <Plot
          times={times}
          series={series}
          locale={locale}
          valueText={(value) => shortAmount(value, asked.currency, locale)}
          tipText={tip}
          onPoint={open}
          label={i18n._("Sales over time; the table tells every figure.")}
        />
      }
      table={
        <Table
          caption={i18n._("Sales")}
          heads={[
            PARTS()[part],
            i18n._("Orders"),
            i18n._("Without tax"),
            i18n._("Tax"),
            i18n._("Total"),
            i18n._("Given back"),
          ]}
          rows={(report?.rows ?? []).map((row) => ({
            key: row.key,
            filter: row.filter,
            cells: [
              dayName(row.key, part, locale),
              row.orders,
              ...[row.net, row.tax, row.total, row.refunded].map((each) => moneyText(each, locale)),
            ],
          }))}
        />
      }
    />
  );
}

const PARTS = (): Record<Part, string> => ({
  day: i18n._("by day"),
  week: i18n._("by week"),
  month: i18n._("by month"),
});

interface Point {
  day: string;
  now: SalesFigures | undefined;
  before: SalesFigures | undefined;
}

interface Report extends Days {
  rows: SalesFigures[];
  compared: (Days & { rows: SalesFigures[] }) | null;
}

/** A point for every part of the period, also where nothing was sold, with its counterpart in the other period. */
function pointsOf(report: Report, part: Part): Point[] {
  const now = new Map(report.rows.map((row) => [row.key, row]));
  const then = new Map(report.compared?.rows.map((row) => [row.key, row]));
  const keys = report.compared ? partsOf(report.compared, part) : [];
  return partsOf(report, part).map((day, at) => ({
    day,
    now: now.get(day),
    before: then.get(keys[at] ?? ""),
  }));
}

const lengthOf = (row: SalesFigures | undefined): number => lengthIn(row?.total.amount ?? 0);
const nothing = (currency: string) => ({ amount: "0", currency });

function dayName(day: string, part: Part, locale: string): string {
  const options: Intl.DateTimeFormatOptions =
    part === "month"
      ? { month: "long", year: "numeric" }
      : { day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

function shortAmount(value: number, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency, notation: "compact" });
  return format.format(value);
}

/** The whole period in a few figures, each beside what it was before. */
export function Totals({ asked }: { asked: Asked }) {
  const locale = localeTag();
  const { data } = useQuery(salesQuery(asked, partOf(asked.days)));
  const now = data?.totals[0];
  const then = data?.compared ? (data.compared.totals[0] ?? null) : undefined;
  const zero = nothing(asked.currency);
  const number = new Intl.NumberFormat(locale);
  const figures: [string, (total: PeriodTotal | null | undefined) => string][] = [
    [i18n._("Sold"), (total) => moneyText(total?.total ?? zero, locale)],
    [i18n._("Orders"), (total) => number.format(total?.orders ?? 0)],
    [i18n._("Units"), (total) => number.format(total?.units ?? 0)],
    [i18n._("Tax"), (total) => moneyText(total?.tax ?? zero, locale)],
    [i18n._("Given back"), (total) => moneyText(total?.refunded ?? zero, locale)],
  ];
  return (
    <dl className="totals">
      {figures.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <b>{data ? text(now) : "…"}</b>
            {then !== undefined && (
              <small className="quiet">{i18n._("before: {amount}", { amount: text(then) })}</small>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
