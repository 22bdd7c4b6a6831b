/** A span of days, both included. */

import { i18n } from "@lingui/core";
import type { ReactNode } from "react";
import { dayAfter, dayOf } from "../text/instants";
import { TextField } from "./field";

export interface Days {
  from: string;
  to: string;
}

const QUARTER = 91;

/** The last quarter of a year up to today, in a zone. */
export function lastQuarter(zone: string): Days {
  const to = dayOf(new Date(), zone);
  return { from: dayAfter(to, -QUARTER), to };
}

interface Props {
  days: Days;
  onDays: (days: Days) => void;
  /** What is done with the span. */
  children: ReactNode;
}

export function Span({ days, onDays, children }: Props) {
  return (
    <div className="span-form">
      <TextField
        label={i18n._("From")}
        type="date"
        value={days.from}
        onChange={(event) => onDays({ ...days, from: event.target.value })}
      />
      <TextField
        label={i18n._("To")}
        type="date"
        value={days.to}
        onChange={(event) => onDays({ ...days, to: event.target.value })}
      />
      {children}
    </div>
  );
}
