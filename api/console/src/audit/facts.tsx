/** What the log holds, shown as it is: nothing is worked out, amounts are in the smallest unit of their currency. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { shown } from "../parts/form";

/** An object's fields by their names, as they are stored. */
export function Stored({ facts }: { facts: Record<string, unknown> }) {
  return (
    <dl className="stored">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{valueText(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A value in words; what was erased or is withheld says so. */
export function valueText(value: unknown): string {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    if ("erased" in value) return i18n._("erased");
    if ("withheld" in value) return i18n._("withheld");
    return Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== "")
      .map(([name, inner]) => `${name} ${valueText(inner)}`)
      .join(" · ");
  }
  return Array.isArray(value) ? value.map(valueText).join(", ") || "–" : shown(value);
}

/** The order that an event is of. */
export function OrderLink({ topic, stream, number }: { topic: string; stream: string; number: string }) {
  if (!topic.startsWith("order.")) return <span className="quiet">{number}</span>;
  return (
    <Link to="/orders/$id" params={{ id: stream }} search={{}}>
      {number}
    </Link>
  );
}
