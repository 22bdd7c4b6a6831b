/** A list to pick from by typing: the words narrow it, the arrows move in it, Enter picks. */

import { i18n } from "@lingui/core";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

export interface Choice {
  value: string;
  label: string;
}

interface Props {
  label: string;
  choices: readonly Choice[];
  onPick: (value: string) => void;
  /** What a word that is none of the choices may become; left out: nothing. */
  onNew?: (typed: string) => void;
  /** What is picked already, where several may be. */
  marked?: readonly string[];
  /** Picks one more, or takes one off, and stays open: Shift+Enter and a click. */
  onToggle?: (value: string) => void;
}

/** Small letters without accents. */
export const plain = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();

export function PickList({ label, choices, onPick, onNew, marked, onToggle }: Props) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const [index, setIndex] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const found = choices.filter((each) => plain(each.label).includes(plain(typed.trim())));
  const on = Math.min(index, Math.max(0, found.length - 1));
  useEffect(() => field.current?.focus(), []);
  const move = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setIndex((on + 1) % Math.max(1, found.length));
    else if (event.key === "ArrowUp") setIndex((on - 1 + found.length) % Math.max(1, found.length));
    else if (event.key === "Enter") {
      const picked = found[on];
      if (picked) (event.shiftKey && onToggle ? onToggle : onPick)(picked.value);
      else if (typed.trim()) onNew?.(typed.trim());
    } else return;
    event.preventDefault();
  };
  return (
    <div className="pick">
      <input
        ref={field}
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found[on] ? `${id}-${on}` : undefined}
        placeholder={label}
        autoComplete="off"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setIndex(0);
        }}
        onKeyDown={move}
      />
      <div id={`${id}-list`} role="listbox" aria-label={label}>
        {found.map((each, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above listens to the keyboard
          <div
            key={each.value}
            id={`${id}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === on}
            onMouseMove={() => setIndex(place)}
            onClick={() => (onToggle ?? onPick)(each.value)}
          >
            {onToggle && <Mark on={marked?.includes(each.value) ?? false} />}
            {each.label}
          </div>
        ))}
      </div>
    </div>
  );
}

function Mark({ on }: { on: boolean }) {
  return (
    <>
      <i className={on ? "mark on" : "mark"} aria-hidden="true" />
      {on && <span className="hidden-text">{i18n._("picked:")} </span>}
    </>
  );
}
