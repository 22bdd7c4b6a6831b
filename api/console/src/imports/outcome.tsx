/** How far an import is, and what it came to: figures, sums per currency, what asks for a look, refusals. */

import { i18n } from "@lingui/core";
import type { ReactNode } from "react";
import { Facts, Sheet, Warned } from "../parts/back";
import { Pill } from "../parts/pill";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import type { Import, Kind } from "./data";
import { type Totals, totalsOf } from "./totals";
import { STORED, stateLabel, stateLook } from "./words";

const number = (value: number) => new Intl.NumberFormat(localeTag()).format(value);
const monies = (list: Totals["totals"]) => list.map((each) => moneyText(each, localeTag())).join(" · ");

export function ImportState({ one }: { one: Import }) {
  const [icon, colour] = stateLook(one.state);
  return (
    <Pill icon={icon} colour={colour}>
      {stateLabel(one.state)}
    </Pill>
  );
}

/** Two bars: how far the file is read, and how much of what was read is in. */
export function Progress({ one }: { one: Import }) {
  const { read, taken_in, rows, orders } = one.progress;
  return (
    <div className="import-progress">
      <label>
        <span>{i18n._("Read: {rows} rows", { rows: number(rows) })}</span>
        <progress max={1} value={read} />
      </label>
      <label>
        <span>{i18n._("Taken in, of {orders} in what was read", { orders: number(orders) })}</span>
        <progress max={1} value={taken_in} />
      </label>
    </div>
  );
}

interface Props {
  one: Import;
  actions?: ReactNode;
}

export function Outcome({ one, actions }: Props) {
  const totals = totalsOf(one.totals);
  return (
    <Sheet
      title={one.dry_run ? i18n._("What would come in") : i18n._("What came in")}
      {...(one.dry_run
        ? { hint: i18n._("A trial: everything was decided as in earnest, and nothing was stored.") }
        : {})}
      actions={
        <>
          <ImportState one={one} />
          {actions}
        </>
      }
    >
      {one.state === "failed" && (
        <Warned look="bad" role="alert">
          {one.detail || one.reason}
        </Warned>
      )}
      {!totals && one.state !== "failed" && <Progress one={one} />}
      {totals && <LooksWrong totals={totals} />}
      {totals && <Figures kind={one.kind} totals={totals} />}
    </Sheet>
  );
}

function Figures({ kind, totals }: { kind: Kind; totals: Totals }) {
  const { rows, orders } = totals;
  const named = STORED.includes(kind);
  const facts: [string, ReactNode][] = [
    [i18n._("Rows read"), number(rows.read)],
    [i18n._("Rows taken"), number(rows.accepted)],
    [
      i18n._("Rows refused"),
      <span key="refused" className={rows.refused ? "late" : undefined}>
        {number(rows.refused)}
      </span>,
    ],
  ];
  if (orders) {
    facts.push([named ? i18n._("New") : i18n._("Done"), number(orders.new)]);
    facts.push([i18n._("Known already"), number(orders.known)]);
    if (orders.changed) facts.push([i18n._("Changed since, left as they are"), number(orders.changed)]);
    if (orders.updated) facts.push([i18n._("Brought to what the file tells"), number(orders.updated)]);
    if (orders.refused) facts.push([i18n._("Refused as a whole"), number(orders.refused)]);
  }
  if (totals.totals.length) facts.push([i18n._("Total"), <b key="total">{monies(totals.totals)}</b>]);
  if (totals.refunded.length) facts.push([i18n._("Refunded"), monies(totals.refunded)]);
  return <Facts facts={facts} />;
}

/** What an operator must know before trusting the rest. */
function LooksWrong({ totals }: { totals: Totals }) {
  const found: string[] = [];
  if (totals.withoutLines)
    found.push(
      i18n._(
        "{count, plural, one {# order has no lines} other {# orders have no lines}}: their whole totals are adjustments.",
        {
          count: totals.withoutLines,
        },
      ),
    );
  if (totals.withTotalAsTold)
    found.push(
      i18n._(
        "{count, plural, one {# order keeps a total} other {# orders keep totals}} which the parts do not come to: {amounts} in all.",
        { count: totals.withTotalAsTold, amounts: monies(totals.adjustments) },
      ),
    );
  if (totals.unpaid)
    found.push(
      i18n._(
        "{count, plural, one {# order is unpaid} other {# orders are unpaid}}: nothing in the file says that they were paid.",
        {
          count: totals.unpaid,
        },
      ),
    );
  if (totals.namesKept)
    found.push(
      i18n._(
        "{count, plural, one {# customer keeps the name} other {# customers keep the names}} of their card; the file tells others.",
        {
          count: totals.namesKept,
        },
      ),
    );
  return found.map((each) => <Warned key={each}>{each}</Warned>);
}
