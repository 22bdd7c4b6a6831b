/** The shop in pictures: a period, beside the one before; every figure leads to its orders. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useShop, useZone } from "../orders/data";
import { useNews } from "../orders/following";
import { useNow } from "../parts/later";
import { dayOf } from "../text/instants";
import { type Asked, currenciesQuery } from "./data";
import { Low, Returns, TopProducts } from "./goods";
import { Owed } from "./money";
import { BySource, ByStatus, Durations } from "./orders";
import { type Comparison, type DashboardSearch, type Days, daysOf, LENGTHS, lengthChosen } from "./period";
import { Sales, Totals } from "./sales";
import "../styles/dashboard.css";

const SETTLE_MS = 5_000;

export function Dashboard() {
  const search = useSearch({ from: "/dashboard" });
  const shop = useShop();
  const today = dayOf(useNow(), useZone());
  const days = daysOf(search, today);
  useReportNews();
  useEffect(() => {
    document.title = `${i18n._("Dashboard")} · Carnet`;
  }, []);
  const currency = search.currency ?? shop?.defaults.currency;
  const compare = search.compare === "none" ? undefined : (search.compare ?? "previous");
  const asked: Asked | undefined = currency ? { days, currency, compare } : undefined;
  return (
    <main className="main dash">
      <Head search={search} days={days} today={today} currency={currency ?? ""} compare={compare} />
      {asked && (
        <div className="dash-page">
          <Totals asked={asked} />
          <Sales asked={asked} />
          <ByStatus asked={asked} />
          <BySource asked={asked} />
          <TopProducts asked={asked} />
          <Durations asked={asked} />
          <Owed asked={asked} />
          <Returns asked={asked} />
          <Low asked={asked} />
        </div>
      )}
    </main>
  );
}

interface HeadProps {
  search: DashboardSearch;
  days: Days;
  today: string;
  currency: string;
  compare: Comparison | undefined;
}

function Head({ search, days, today, currency, compare }: HeadProps) {
  const navigate = useNavigate();
  const go = (next: DashboardSearch) => void navigate({ to: "/dashboard", search: next, replace: true });
  const { from: _, to: __, days: ___, ...rest } = search;
  const names: Record<string, string> = {
    "7": i18n._("7 days"),
    "30": i18n._("30 days"),
    "90": i18n._("90 days"),
    "365": i18n._("a year"),
    "1826": i18n._("five years"),
    own: i18n._("days of your own"),
  };
  const own = (edge: "from" | "to", day: string) => {
    if (!day) return;
    const chosen = { ...days, [edge]: day };
    if (chosen.from <= chosen.to) go({ ...rest, ...chosen });
  };
  return (
    <header className="bar dash-bar">
      <h1>{i18n._("Dashboard")}</h1>
      <span className="grow" />
      <select
        className="input"
        aria-label={i18n._("Period")}
        value={lengthChosen(search)}
        onChange={({ target }) =>
          go(target.value === "own" ? { ...rest, ...days } : { ...rest, days: target.value })
        }
      >
        {[...LENGTHS, "own"].map((length) => (
          <option key={length} value={length}>
            {names[length]}
          </option>
        ))}
      </select>
      <input
        className="input"
        type="date"
        aria-label={i18n._("From")}
        value={days.from}
        max={days.to}
        onChange={({ target }) => own("from", target.value)}
      />
      <input
        className="input"
        type="date"
        aria-label={i18n._("To")}
        value={days.to}
        min={days.from}
        max={today}
        onChange={({ target }) => own("to", target.value)}
      />
      <select
        className="input"
        aria-label={i18n._("Compared with")}
        value={compare ?? "none"}
        onChange={({ target }) => go({ ...search, compare: target.value as DashboardSearch["compare"] })}
      >
        <option value="previous">{i18n._("the days before")}</option>
        <option value="year">{i18n._("a year earlier")}</option>
        <option value="none">{i18n._("nothing")}</option>
      </select>
      <Currency days={days} chosen={currency} onChoose={(chosen) => go({ ...search, currency: chosen })} />
    </header>
  );
}

interface CurrencyProps {
  days: Days;
  chosen: string;
  onChoose: (currency: string) => void;
}

/** The shop's currency, and those of the orders of the period, if there are several. */
function Currency({ days, chosen, onChoose }: CurrencyProps) {
  const sold = useQuery(currenciesQuery(days)).data ?? [];
  const known = [...new Set([chosen, useShop()?.defaults.currency ?? "", ...sold])].filter(Boolean);
  if (known.length < 2) return null;
  return (
    <select
      className="input"
      aria-label={i18n._("Currency")}
      value={chosen}
      onChange={({ target }) => onChoose(target.value)}
    >
      {known.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  );
}

/** What happens in the shop is shown soon, not at every event. */
function useReportNews(): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useNews(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void client.invalidateQueries({ queryKey: ["report"] }), SETTLE_MS);
  });
}
