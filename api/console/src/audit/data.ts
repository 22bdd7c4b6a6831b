/** What auditors read: events by who, what, when and why, and the answers to ready-made questions. */

import { queryOptions } from "@tanstack/react-query";
import { api, taken } from "../api/client";
import type { components } from "../api/schema";
import { usePaged } from "../parts/paged";

export type FoundEvent = components["schemas"]["FoundEventAnswer"];
export type Answer = components["schemas"]["AnswerAnswer"];

const AT_ONCE = 100;
/** Parts of the log that one reading looks through where nothing is found in them. */
const MOST_LOOKS = 20;

/** What must be so of an event; what is empty does not narrow. */
export interface EventFilters {
  topic: string;
  actor: string;
  number: string;
  reason: string;
  from: string;
  to: string;
}

/** The filters as the API takes them. */
export function eventQuery({ topic, actor, number, reason, from, to }: EventFilters) {
  return {
    ...(topic.trim() && { topic: [topic.trim()] }),
    ...(actor.trim() && { actor: [actor.trim()] }),
    ...(number.trim() && { number: [number.trim()] }),
    ...(reason && { reason: reason as "present" | "missing" }),
    ...(from && { recorded_from: from }),
    ...(to && { recorded_to: to }),
  };
}

/** Where the events are read as a file, from after a position. */
export function eventFile(filters: EventFilters, after: number, limit: number): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(eventQuery(filters))) params.set(name, String(value));
  params.set("after", String(after));
  params.set("limit", String(limit));
  params.set("format", "csv");
  return `/api/v1/audit/events?${params}`;
}

/** Events in the order they were recorded; parts of the log in which nothing is found are passed over. */
export function useEvents(filters: EventFilters) {
  return usePaged<FoundEvent>(["audit-events", filters], async (cursor, signal) => {
    let after = Number(cursor ?? 0);
    for (let look = 1; ; look++) {
      const query = { ...eventQuery(filters), after, limit: AT_ONCE };
      const page = await taken(api.GET("/api/v1/audit/events", { params: { query }, signal }));
      after = page.next;
      const ended = after >= page.head;
      if (page.items.length || ended || look === MOST_LOOKS)
        return { items: page.items, next: ended ? null : String(after) };
    }
  });
}

/** The answers to a question, in the order of what they tell of. */
export function useAnswers(question: string, from: string, to: string) {
  return usePaged<Answer>(["audit-question", question, from, to], async (cursor, signal) => {
    const query = {
      question: question as "forced-moves",
      after: Number(cursor ?? 0),
      limit: AT_ONCE,
      ...(from && { recorded_from: from }),
      ...(to && { recorded_to: to }),
    };
    const page = await taken(api.GET("/api/v1/audit/questions", { params: { query }, signal }));
    return { items: page.items, next: page.next === null ? null : String(page.next) };
  });
}

export const topicsQuery = queryOptions({
  queryKey: ["topics"],
  queryFn: async ({ signal }) => {
    const { items } = await taken(api.GET("/api/v1/events/schemas", { signal }));
    return items.map((each) => each.topic);
  },
  staleTime: Number.POSITIVE_INFINITY,
});
