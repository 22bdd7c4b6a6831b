/** Whether all is well, in one sentence; and what is not, each with what it means. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Read, Sheet, Warned } from "../parts/back";
import { Icon } from "../parts/icon";
import { type Readiness, readinessQuery } from "./data";
import { checkLabel } from "./words";

export function HealthSheet() {
  const ready = useQuery(readinessQuery);
  return (
    <Sheet title={i18n._("Is all well?")}>
      <Read query={ready}>{(told) => <Checks told={told} />}</Read>
    </Sheet>
  );
}

function Checks({ told }: { told: Readiness }) {
  const checks = Object.entries(told.checks);
  const wrong = checks.filter(([, text]) => text !== "ok");
  return (
    <>
      <Warned {...lookOf(told, wrong.length)} role="status">
        <b>{verdict(told, wrong.length)}</b>
      </Warned>
      {wrong.map(([name, text]) => (
        <p key={name} className="check-line">
          <b>{checkLabel(name)}</b>
          <span className="late">{text}</span>
        </p>
      ))}
      <details className="columns-read">
        <summary>
          {i18n._("{count, plural, one {# thing was looked at} other {# things were looked at}}", {
            count: checks.length,
          })}
        </summary>
        <ul className="checks">
          {checks.map(([name, text]) => (
            <li key={name} className={text === "ok" ? "settled" : "late"}>
              <Icon name={text === "ok" ? "check" : "warning"} />
              {checkLabel(name)}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

function lookOf(told: Readiness, wrong: number): { look?: "good" | "bad" } {
  if (wrong === 0) return { look: "good" };
  return told.status === "ready" ? {} : { look: "bad" };
}

function verdict(told: Readiness, wrong: number): string {
  if (wrong === 0) return i18n._("All is well: everything answers, and nothing stands behind.");
  if (told.status === "ready") return i18n._("The shop works. Something beside it wants a look:");
  return i18n._("Something is wrong, and people at the desk may notice:");
}
