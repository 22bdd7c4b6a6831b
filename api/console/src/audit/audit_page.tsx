/** The audit: questions that are asked again and again, and every event by who, what, when and why. */

import { i18n } from "@lingui/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { BackPage } from "../parts/back";
import { Segments } from "../parts/segments";
import { EventsSheet } from "./events_sheet";
import { QuestionsSheet } from "./questions_sheet";
import "../styles/audit.css";

/** What stands in the page's address. */
export type AuditSearch = Partial<
  Record<"show" | "question" | "topic" | "actor" | "number" | "reason" | "from" | "to", string>
>;

export function AuditPage() {
  const search = useSearch({ strict: false }) as AuditSearch;
  const navigate = useNavigate();
  const go = (change: AuditSearch) => {
    const next = Object.entries({ ...search, ...change }).filter(([, value]) => value);
    void navigate({ to: "/audit", search: Object.fromEntries(next) as never, replace: true });
  };
  const show = search.show === "events" ? "events" : "questions";
  return (
    <BackPage
      title={i18n._("Audit")}
      actions={
        <Segments
          label={i18n._("Shown")}
          value={show}
          options={[
            { value: "questions", label: i18n._("Questions") },
            { value: "events", label: i18n._("Events") },
          ]}
          onChange={(value) => go({ show: value === "events" ? value : "" })}
        />
      }
    >
      {show === "events" ? (
        <EventsSheet search={search} go={go} />
      ) : (
        <QuestionsSheet search={search} go={go} />
      )}
    </BackPage>
  );
}
