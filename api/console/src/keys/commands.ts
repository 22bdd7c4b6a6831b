/** What can be done here and now: every screen says so while it is there, and the palette offers it. */

import { useEffect, useRef } from "react";
import type { IconName } from "../parts/icon";

export interface Command {
  id: string;
  label: string;
  /** Under which heading it stands. */
  group: string;
  /** The key that does the same, as it is printed. */
  shortcut?: string;
  icon?: IconName;
  act: () => unknown;
}

const sources: (() => readonly Command[])[] = [];

/** Offers commands while the component is there; `last`: behind those of the screen. */
export function useCommands(make: () => readonly Command[], last = false): void {
  const latest = useRef(make);
  latest.current = make;
  useEffect(() => {
    const source = () => latest.current();
    if (last) sources.push(source);
    else sources.unshift(source);
    return () => {
      sources.splice(sources.indexOf(source), 1);
    };
  }, [last]);
}

export const allCommands = (): Command[] => sources.flatMap((source) => [...source()]);
