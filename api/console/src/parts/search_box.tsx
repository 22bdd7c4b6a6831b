/** A search over a list: what is typed is asked for once the keys rest; `/` goes there. */

import { useEffect, useRef, useState } from "react";
import { useKeys } from "../keys/keys";
import { Key } from "./button";
import { Icon } from "./icon";

interface Props {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
}

const SETTLE_MS = 180;

export function SearchBox({ label, placeholder, value, onChange }: Props) {
  const [typed, setTyped] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const told = useRef(value);
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    if (value !== told.current) setTyped(value);
    told.current = value;
  }, [value]);
  useEffect(() => {
    if (typed.trim() === told.current) return;
    const timer = setTimeout(() => {
      told.current = typed.trim();
      latest.current(told.current);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  useKeys({ "/": () => field.current?.focus() });
  return (
    <label className="search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          if (typed) setTyped("");
          else field.current?.blur();
        }}
      />
      <Key>/</Key>
    </label>
  );
}
