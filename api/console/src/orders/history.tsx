/** Everything that happened to an order, the newest first. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { TimelineEntry } from "../api/client";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { actorLabel, statusLabel } from "../text/labels";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import { timelineQuery, useShop } from "./data";
import { type Told, told, type Value } from "./facts_told";
import { type Facts, When } from "./list/columns";

export interface Entry extends Told {
  key: string;
  /** The order's version after it; a mail has none of the order's. */
  version?: number | undefined;
  /** The mail that it is about. */
  mail?: string | null;
  at: string;
  actor: string;
  reason: string | null;
}

/** A mail is one fact to whoever reads: that it was rendered says nothing to them. */
const UNTOLD = new Set(["message.rendered", "order.tracking-told", "message.requested"]);

const isOwn = (each: TimelineEntry) => each.message_id === null;

export const entryOf = (each: TimelineEntry): Entry => ({
  ...told(each),
  key: String(each.position),
  version: isOwn(each) ? each.version : undefined,
  mail: each.message_id,
  at: each.at,
  actor: each.actor,
  reason: each.reason,
});

function newestFirst(timeline: readonly TimelineEntry[], until: number): Entry[] {
  return timeline
    .filter((each) => !UNTOLD.has(each.topic) && each.position <= until)
    .map(entryOf)
    .reverse()
    .sort((a, b) => b.at.localeCompare(a.at));
}

/** What happened to an order, the newest first; up to one of its versions where that is told. */
export function useHistory(id: string, version?: number): { entries: Entry[]; isPending: boolean } {
  const timeline = useQuery(timelineQuery(id));
  const entries = useMemo(() => {
    const items = timeline.data?.items ?? [];
    const last = items.find((each) => each.version === version && isOwn(each));
    return newestFirst(items, last?.position ?? Number.POSITIVE_INFINITY);
  }, [timeline.data, version]);
  return { entries, isPending: timeline.isPending };
}

/** The order's own events by its version after each. */
export function useVersions(id: string): ReadonlyMap<number, Entry> {
  const { data } = useQuery(timelineQuery(id));
  return useMemo(
    () => new Map((data?.items ?? []).filter(isOwn).map((each) => [each.version, entryOf(each)])),
    [data],
  );
}

interface Props {
  entries: readonly Entry[];
  facts: Facts;
  brief?: boolean;
  /** Shows the order as it was after one of its events. */
  onThen?: (version: number) => void;
  /** Shows a mail as it was sent. */
  onMail?: ((id: string) => void) | undefined;
}

export function HistoryList({ entries, facts, brief = false, onThen, onMail }: Props) {
  return (
    <ol className={brief ? "history brief" : "history"}>
      {entries.map((entry) => (
        <li key={entry.key}>
          {!brief && <When at={entry.at} facts={facts} />}
          <Icon name={entry.icon} />
          <Sentence entry={entry} />
          {brief ? (
            <When at={entry.at} facts={facts} />
          ) : (
            <span className="by">{actorLabel(entry.actor)}</span>
          )}
          {onMail && entry.mail && (
            <Button
              icon="mail"
              look="bare"
              size="small"
              className="to-then"
              aria-label={i18n._("The mail as it was sent")}
              title={i18n._("The mail as it was sent")}
              onClick={() => onMail(entry.mail as string)}
            />
          )}
          {onThen && entry.version !== undefined && (
            <Button
              icon="clock"
              look="bare"
              size="small"
              className="to-then"
              aria-label={i18n._("The order as it was then")}
              title={i18n._("The order as it was then")}
              onClick={() => onThen(entry.version as number)}
            />
          )}
        </li>
      ))}
    </ol>
  );
}

export function Sentence({ entry }: { entry: Entry }) {
  const { text, before, after, reason, group } = entry;
  const values = (before || after) && (
    <>
      {before && (
        <>
          <del>
            <Shown value={before} />
          </del>
          {" → "}
        </>
      )}
      {after && (
        <ins>
          <Shown value={after} />
        </ins>
      )}
    </>
  );
  return (
    <span>
      {group === "status" ? (
        <>
          {values}
          {text && ` · ${text}`}
        </>
      ) : (
        <>
          {text} {values}
        </>
      )}
      {reason && <q className="quiet">{reason}</q>}
    </span>
  );
}

function Shown({ value }: { value: Value }) {
  const shop = useShop();
  if ("money" in value) return moneyText(value.money, localeTag());
  if ("words" in value) return value.words;
  const status = shop?.statuses.find((each) => each.code === value.status);
  return status ? statusLabel(status) : value.status;
}

export type Filter = "all" | "status" | "money" | "mail" | "notes";

export function filterNames(): [Filter, string][] {
  return [
    ["all", i18n._("Everything")],
    ["status", i18n._("Statuses")],
    ["money", i18n._("Money")],
    ["mail", i18n._("Mails")],
    ["notes", i18n._("Notes")],
  ];
}
