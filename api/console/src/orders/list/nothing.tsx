/** Instead of rows: that they are awaited, why they did not come, or that there are none. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { Refused } from "../../api/problems";
import { Button } from "../../parts/button";

interface Props {
  waiting: boolean;
  error: unknown;
  filtered: boolean;
  onAgain: () => unknown;
  /** Takes the filters of these names off. */
  onOff: (names: readonly string[]) => void;
}

export function Nothing({ waiting, error, filtered, onAgain, onOff }: Props) {
  if (error) {
    const told = error instanceof Refused ? error.problem.detail : i18n._("The server does not answer.");
    const faults = error instanceof Refused ? (error.problem.errors ?? []) : [];
    const refused = faults.flatMap(({ parameter }) => (parameter ? [parameter] : []));
    return (
      <div className="empty" role="alert">
        <p>{told}</p>
        {refused.length > 0 ? (
          <Button onClick={() => onOff(refused)}>{i18n._("Take this filter off")}</Button>
        ) : (
          <Button onClick={onAgain}>{i18n._("Try again")}</Button>
        )}
      </div>
    );
  }
  if (waiting) {
    return (
      <div className="bones" role="status" aria-label={i18n._("The orders are coming")}>
        {Array.from({ length: 24 }, (_, place) => (
          <span key={place} className="bone" />
        ))}
      </div>
    );
  }
  return (
    <div className="empty">
      <p>{filtered ? i18n._("No order is like that.") : i18n._("There is no order yet.")}</p>
      {filtered && (
        <Link to="/orders" className="button">
          {i18n._("Show all orders")}
        </Link>
      )}
    </div>
  );
}
