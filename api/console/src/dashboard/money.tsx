/** What is owed, by the age of its orders. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import { Card } from "./card";
import { type Asked, lengthIn, type Receivable, receivablesQuery } from "./data";
import { fileOf } from "./files";
import { Bars, ordersText, Table } from "./rows";

const AGE_COLOURS: Record<number, string> = { 0: "grey", 8: "amber", 31: "amber", 61: "red", 91: "red" };

export function Owed({ asked }: { asked: Asked }) {
  const locale = localeTag();
  const query = useQuery(receivablesQuery(asked));
  const rows = query.data?.rows ?? [];
  const due = rows.filter(({ side }) => side === "due");
  const credit = rows.filter(({ side }) => side === "credit");
  const bar = (row: Receivable) => ({
    key: `${row.side} ${row.days_from}`,
    label: row.side === "credit" ? i18n._("to give back, {age}", { age: ageText(row) }) : ageText(row),
    length: lengthIn(row.balance.amount.replace("-", "")),
    value: moneyText(row.balance, locale),
    more: ordersText(row.orders),
    filter: row.filter,
    colour: row.side === "credit" ? "violet" : (AGE_COLOURS[row.days_from] ?? "grey"),
  });
  return (
    <Card
      title={i18n._("Unpaid by age")}
      about={i18n._("all that is open now")}
      file={fileOf("receivables", { currency: asked.currency })}
      query={query}
      empty={rows.length === 0}
      nothing={i18n._("Nobody owes anything.")}
      picture={<Bars bars={[...due, ...credit].map(bar)} />}
      table={
        <Table
          caption={i18n._("Unpaid by age")}
          heads={[i18n._("Age"), i18n._("Orders"), i18n._("Balance")]}
          rows={[...due, ...credit].map((row) => {
            const { key, label, filter } = bar(row);
            return { key, filter, cells: [label, row.orders, moneyText(row.balance, locale)] };
          })}
        />
      }
    />
  );
}

/** `0–7 days`, `over 90 days`. */
function ageText({ days_from, days_to }: Receivable): string {
  if (days_to === null) return i18n._("over {days} days", { days: days_from - 1 });
  return i18n._("{from} to {to} days", { from: days_from, to: days_to });
}
