/** What the order says: a figure tells the events that made it, and what was another one then is marked. */

import { i18n } from "@lingui/core";
import { createContext, type ReactNode, useContext } from "react";
import type { Order } from "../../api/client";
import { usePast } from "./past";

/** A figure whose events are asked for: the order's fields that make it, its name, and where it stands. */
export interface Asked {
  of: readonly string[];
  name: string;
  place: HTMLElement;
}

const Asking = createContext<(asked: Asked) => void>(() => undefined);

export const FiguresExplained = Asking.Provider;

interface ValueProps {
  order: Order;
  /** How an order says it; nothing where it does not. */
  show: (order: Order) => string | undefined;
}

interface Props extends ValueProps {
  /** The JSON pointers of the fields that make it, as the timeline names them; whatever stands in them, too. */
  of: readonly string[];
  name: string;
}

export function Figure({ of, name, ...value }: Props) {
  const ask = useContext(Asking);
  return (
    <Marked {...value}>
      <button
        type="button"
        className="figure"
        title={i18n._("What made it")}
        aria-haspopup="dialog"
        onClick={(event) => ask({ of, name, place: event.currentTarget })}
      >
        {value.show(value.order)}
      </button>
    </Marked>
  );
}

/** Words that nothing more is told of. */
export function Value(props: ValueProps) {
  return <Marked {...props}>{props.show(props.order)}</Marked>;
}

/** Marks what is another one by now, and says which. */
export function Marked({ order, show, children }: ValueProps & { children: ReactNode }) {
  const past = usePast();
  const now = past ? show(past.now) : undefined;
  if (!past || now === show(order)) return children;
  return (
    <span className="differs">
      {children}
      <small>{i18n._("now {value}", { value: now || "—" })}</small>
    </span>
  );
}
