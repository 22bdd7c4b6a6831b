/** The steps of a sequence drawn as a line, from what begins it to its end; how many stand at each where that is known. */

import { i18n } from "@lingui/core";
import { Icon } from "../parts/icon";
import type { TypedStep } from "./definition";
import { kindIcon, kindText, stepText } from "./words";

interface Props {
  /** What begins it. */
  beginning: string;
  steps: readonly TypedStep[];
  /** How many took each step last and wait behind it; left out: nothing is told. */
  counts?: readonly number[];
  /** The step that is written now. */
  at?: number;
  onStep?: (place: number) => void;
}

export function Line({ beginning, steps, counts, at, onStep }: Props) {
  return (
    <ol className="sequence-line" aria-label={i18n._("The steps")}>
      <li className="end">
        <span className="stop">
          <Icon name="flag" />
        </span>
        <b>{i18n._("Begins")}</b>
        <small>{beginning}</small>
      </li>
      {steps.map((step, place) => (
        <li key={place} className={place === at ? "on" : undefined}>
          <button
            type="button"
            className="stop"
            aria-label={i18n._("Step {number}: {kind}", { number: place + 1, kind: kindText(step.kind) })}
            aria-pressed={place === at}
            disabled={!onStep}
            onClick={() => onStep?.(place)}
          >
            <Icon name={kindIcon(step.kind)} />
          </button>
          <b>{kindText(step.kind)}</b>
          <small>{stepText(step)}</small>
          {counts && (counts[place] ?? 0) > 0 && (
            <span className="here">
              {i18n._("{count, plural, one {# is here} other {# are here}}", { count: counts[place] ?? 0 })}
            </span>
          )}
        </li>
      ))}
      <li className="end">
        <span className="stop">
          <Icon name="check" />
        </span>
        <b>{i18n._("Ends")}</b>
      </li>
    </ol>
  );
}
