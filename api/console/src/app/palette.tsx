/** Everything that can be done, found by typing: where to go, what to do here, saved views, orders. */

import { i18n } from "@lingui/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { api, taken } from "../api/client";
import { allCommands, type Command } from "../keys/commands";
import { buyerName } from "../orders/list/columns";
import { searchOf, useViews } from "../orders/views";
import { Key } from "../parts/button";
import { Icon } from "../parts/icon";
import { useSettled } from "../parts/later";
import { plain } from "../parts/pick_list";
import { Window } from "../parts/window";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import "../styles/palette.css";

const FOUND = 6;
const SETTLE_MS = 120;
const LEAST_TYPED = 2;

export default function Palette({ onClose }: { onClose: () => void }) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [index, setIndex] = useState(0);
  const place = useRef<HTMLDivElement>(null);
  const found = useFound(typed);
  const on = Math.min(index, Math.max(0, found.length - 1));
  useEffect(() => {
    place.current?.querySelectorAll("[role=option]")[on]?.scrollIntoView({ block: "nearest" });
  }, [on]);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    // Once the palette is gone, so that what opens next has the keyboard.
    setTimeout(command.act);
  };
  const move = (event: KeyboardEvent) => {
    const many = Math.max(1, found.length);
    if (event.key === "ArrowDown") setIndex((on + 1) % many);
    else if (event.key === "ArrowUp") setIndex((on - 1 + many) % many);
    else if (event.key === "Enter") run(found[on]);
    else return;
    event.preventDefault();
  };
  return (
    <Window title={i18n._("Do anything")} onClose={onClose} narrow>
      <div className="palette">
        <input
          className="input"
          role="combobox"
          aria-label={i18n._("What would you like to do?")}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found[on] ? `${id}-${on}` : undefined}
          placeholder={i18n._("An action, a view, a number, a customer…")}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setIndex(0);
          }}
          onKeyDown={move}
        />
        <div
          ref={place}
          id={`${id}-list`}
          className="palette-list"
          role="listbox"
          aria-label={i18n._("Actions")}
        >
          {found.map((command, at) => (
            <Option
              key={command.id}
              id={`${id}-${at}`}
              command={command}
              head={command.group !== found[at - 1]?.group}
              on={at === on}
              onPoint={() => setIndex(at)}
              onRun={() => run(command)}
            />
          ))}
          {found.length === 0 && <p className="quiet">{i18n._("Nothing is called like that.")}</p>}
        </div>
      </div>
    </Window>
  );
}

interface OptionProps {
  id: string;
  command: Command;
  /** Whether it is the first under its heading. */
  head: boolean;
  on: boolean;
  onPoint: () => void;
  onRun: () => void;
}

function Option({ id, command, head, on, onPoint, onRun }: OptionProps) {
  return (
    <>
      {head && (
        <div className="palette-head" aria-hidden="true">
          {command.group}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field above listens to the keyboard */}
      <div id={id} role="option" tabIndex={-1} aria-selected={on} onMouseMove={onPoint} onClick={onRun}>
        {command.icon && <Icon name={command.icon} />}
        <span className="grow">{command.label}</span>
        {command.shortcut && <Key>{command.shortcut}</Key>}
      </div>
    </>
  );
}

/** What was typed leaves: the commands that have all of its words, and the orders that are like it. */
function useFound(typed: string): Command[] {
  const [here] = useState(allCommands);
  const views = useViewCommands();
  const words = plain(typed).split(/\s+/).filter(Boolean);
  const fits = (command: Command) => {
    const text = plain(`${command.label} ${command.group}`);
    return words.every((word) => text.includes(word));
  };
  const orders = useOrders(typed);
  return [...here, ...views].filter(fits).concat(orders);
}

function useViewCommands(): Command[] {
  const navigate = useNavigate();
  return useViews().map((view) => ({
    id: `view ${view.id}`,
    label: view.name,
    group: i18n._("Views"),
    icon: view.saved ? "flag" : "orders",
    act: () => navigate({ to: "/orders", search: searchOf(view) }),
  }));
}

function useOrders(typed: string): Command[] {
  const navigate = useNavigate();
  const q = useSettled(typed.trim(), SETTLE_MS);
  const wanted = q.length >= LEAST_TYPED && typed.trim().length >= LEAST_TYPED;
  const { data } = useQuery({
    queryKey: ["palette", q],
    queryFn: ({ signal }) => {
      const query = { q, limit: FOUND, archived: "all" as const };
      return taken(api.GET("/api/v1/orders", { params: { query }, signal }));
    },
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  if (!wanted) return [];
  const group = i18n._("Orders");
  const found = (data?.items ?? []).map(
    (row): Command => ({
      id: `found ${row.id}`,
      label: `${row.number} · ${buyerName(row)} · ${moneyText(row.total, localeTag())}`,
      group,
      icon: "orders",
      act: () => navigate({ to: "/orders/$id", params: { id: row.id } }),
    }),
  );
  const all: Command = {
    id: "search",
    label: i18n._("Search orders for “{typed}”", { typed: typed.trim() }),
    group,
    icon: "search",
    act: () => navigate({ to: "/orders", search: { q: typed.trim() } }),
  };
  return [...found, all];
}
