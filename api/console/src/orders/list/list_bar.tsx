/** Over the list: its name, the search, and the way to a new order. */

import { i18n } from "@lingui/core";
import { useEffect, useRef, useState } from "react";
import { Button, Key } from "../../parts/button";
import { Icon } from "../../parts/icon";
import { NewOrderLink } from "../new_link";
import { type ListSearch, withFilter } from "../search";

const PAUSE_MS = 120;

interface Props {
  search: ListSearch;
  title: string;
  go: (search: ListSearch, replace?: boolean) => void;
  onFilter: () => void;
}

export function ListBar({ search, title, go, onFilter }: Props) {
  const [typed, setTyped] = useState(search.q ?? "");
  const sent = useRef(search.q ?? "");
  const latest = useRef(search);
  latest.current = search;
  useEffect(() => {
    // The address was changed by something else than typing: by going back, a tab or a chip.
    if ((search.q ?? "") !== sent.current) {
      sent.current = search.q ?? "";
      setTyped(sent.current);
    }
  }, [search.q]);
  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      go(withFilter(latest.current, "q", wanted || undefined), true);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, go]);
  return (
    <header className="bar">
      <h1>{title}</h1>
      <span className="grow" />
      <div className="search" role="search">
        <Icon name="search" />
        <input
          id="search"
          type="search"
          autoComplete="off"
          spellCheck={false}
          aria-label={i18n._("Search orders")}
          placeholder={i18n._("Number, customer, e-mail, tracking code, SKU…")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") event.currentTarget.blur();
            if (event.key !== "Escape") return;
            event.preventDefault();
            if (typed) setTyped("");
            else event.currentTarget.blur();
          }}
        />
        <Key>/</Key>
      </div>
      <NewOrderLink />
      <Button
        className="phone-only"
        look="bare"
        icon="filter"
        aria-label={i18n._("Filter")}
        onClick={onFilter}
      />
    </header>
  );
}
