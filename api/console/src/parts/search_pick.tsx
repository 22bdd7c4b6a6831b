/** A field that looks things up while one types: the arrows move in what was found, Enter picks, Esc closes. */

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useState } from "react";
import { Icon } from "./icon";

export interface Found {
  key: string;
  content: ReactNode;
}

interface Props {
  id?: string;
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  found: readonly Found[];
  /** Whether what was found is of what is typed now. */
  isCurrent: boolean;
  onPick: (index: number) => void;
  /** Enter before anything was found. */
  onEnter: (typed: string) => void;
  hint?: string;
  autoFocus?: boolean;
  field?: RefObject<HTMLInputElement | null>;
  /** What a key does in the empty field. */
  onKey?: (event: KeyboardEvent<HTMLInputElement>) => void;
}

/** Longer texts want the room of the hint. */
const HINTED = 24;

export function SearchPick(props: Props) {
  const { label, value, onChange, found, isCurrent, onPick, onEnter, hint } = props;
  const id = useId();
  const [index, setIndex] = useState(0);
  const [isOpen, open] = useState(false);
  const shown = isOpen && value.trim() !== "" && found.length > 0;
  const on = Math.min(index, Math.max(0, found.length - 1));
  useEffect(() => {
    if (shown) document.getElementById(`${id}-${on}`)?.scrollIntoView({ block: "nearest" });
  }, [id, on, shown]);
  const pick = (place: number) => {
    setIndex(0);
    open(false);
    onPick(place);
  };
  const move = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" && found.length) {
      if (shown) setIndex((on + 1) % found.length);
      open(true);
    } else if (event.key === "ArrowUp" && shown) setIndex((on - 1 + found.length) % found.length);
    else if (event.key === "Enter" && value.trim()) {
      if (shown && isCurrent) pick(on);
      else onEnter(value);
    } else if (event.key === "Escape" && shown) open(false);
    else return props.onKey?.(event);
    event.preventDefault();
  };
  return (
    <div className="search-pick">
      <Icon name="search" />
      <input
        id={props.id}
        ref={props.field}
        // biome-ignore lint/a11y/noAutofocus: a page that is opened to type begins where one types
        autoFocus={props.autoFocus}
        className="input"
        role="combobox"
        aria-label={label}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown ? `${id}-${on}` : undefined}
        placeholder={props.placeholder}
        autoComplete="off"
        spellCheck={false}
        value={value}
        onChange={(event) => {
          setIndex(0);
          open(true);
          onChange(event.target.value);
        }}
        onBlur={() => open(false)}
        onKeyDown={move}
      />
      {hint && value.length <= HINTED && <span className="quiet hint">{hint}</span>}
      <div id={`${id}-list`} role="listbox" aria-label={label} className="found" hidden={!shown}>
        {shown &&
          found.map((each, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above listens to the keyboard
            <div
              key={each.key}
              id={`${id}-${place}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === on}
              className="hit"
              onMouseMove={() => setIndex(place)}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => pick(place)}
            >
              {each.content}
            </div>
          ))}
      </div>
    </div>
  );
}
