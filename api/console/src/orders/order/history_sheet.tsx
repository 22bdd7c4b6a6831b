/** The order's history, all of it or one kind. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import type { Order } from "../../api/client";
import { useMay } from "../../app/session";
import { type Filter, filterNames, HistoryList, useHistory } from "../history";
import type { Facts } from "../list/columns";
import { usePast } from "./past";
import "../../styles/segments.css";

interface Props {
  order: Order;
  facts: Facts;
  onThen: (version: number) => void;
  onMail: (id: string) => void;
}

export function History({ order, facts, onThen, onMail }: Props) {
  const may = useMay();
  const past = usePast();
  const { entries, isPending } = useHistory(order.id, past?.version);
  const [filter, setFilter] = useState<Filter>("all");
  const shown = filter === "all" ? entries : entries.filter((each) => each.group === filter);
  return (
    <section className="sheet" aria-labelledby="history" aria-busy={isPending}>
      <header>
        <h2 id="history">{i18n._("History")}</h2>
        <fieldset className="segments">
          <legend className="hidden-text">{i18n._("Show")}</legend>
          {filterNames().map(([name, label]) => (
            <label key={name}>
              <input type="radio" name="history" checked={filter === name} onChange={() => setFilter(name)} />
              <span>{label}</span>
            </label>
          ))}
        </fieldset>
        <span className="grow" />
        <span className="quiet wide-only">
          {i18n._("{count, plural, one {# fact, nothing is erased} other {# facts, nothing is erased}}", {
            count: entries.length,
          })}
        </span>
      </header>
      {shown.length === 0 ? (
        <p className="quiet padded">{isPending ? i18n._("Reading…") : i18n._("Nothing of that kind.")}</p>
      ) : (
        <HistoryList
          entries={shown}
          facts={facts}
          onThen={onThen}
          onMail={may("messages:read") ? onMail : undefined}
        />
      )}
    </section>
  );
}
