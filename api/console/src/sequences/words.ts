/** The words of sequences. */

import { i18n } from "@lingui/core";
import type { IconName } from "../parts/icon";
import { localeTag } from "../text/language";
import type { Exit, StepKind, Trigger, TypedStep, Unit } from "./definition";

type Words = Record<string, string>;

export const TRIGGERS: readonly Trigger[] = ["created", "placed", "paid", "status"];
export const KINDS: readonly StepKind[] = ["wait", "mail", "tag", "webhook"];
export const UNITS: readonly Unit[] = ["minutes", "hours", "days"];

export function triggerText(on: Trigger): string {
  const words: Record<Trigger, string> = {
    created: i18n._("an order is begun"),
    placed: i18n._("an order is placed"),
    paid: i18n._("an order is paid"),
    status: i18n._("an order comes to a status"),
  };
  return words[on];
}

export function kindText(kind: StepKind): string {
  const words: Record<StepKind, string> = {
    wait: i18n._("Wait"),
    mail: i18n._("Mail"),
    tag: i18n._("Tag"),
    webhook: i18n._("Call a program"),
  };
  return words[kind];
}

export const kindIcon = (kind: StepKind): IconName =>
  ({ wait: "clock", mail: "mail", tag: "tag", webhook: "plane" })[kind] as IconName;

export function unitText(unit: Unit): string {
  const words: Record<Unit, string> = {
    minutes: i18n._("minutes"),
    hours: i18n._("hours"),
    days: i18n._("days"),
  };
  return words[unit];
}

/** What a step does, in a word or two for the line. */
export function stepText(step: TypedStep): string {
  switch (step.kind) {
    case "wait": {
      const options = { style: "unit", unit: step.unit.slice(0, -1), unitDisplay: "long" } as const;
      const count = Number(step.count);
      return Number.isFinite(count) ? new Intl.NumberFormat(localeTag(), options).format(count) : step.count;
    }
    case "mail":
      return Object.values(step.mail).find((each) => each.subject)?.subject ?? "";
    case "tag":
      return step.tags.join(", ");
    case "webhook":
      return step.url.replace(/^https?:\/\//, "");
  }
}

export function exitText(exit: Exit): string {
  const words: Record<Exit, string> = {
    refunded: i18n._("its money went back"),
    cancelled: i18n._("it is cancelled"),
    unsubscribed: i18n._("the customer takes consent back"),
  };
  return words[exit];
}

export function enrolmentText(state: string): [string, IconName, string] {
  const words: Record<string, [string, IconName, string]> = {
    under_way: [i18n._("under way"), "half", "blue"],
    completed: [i18n._("through"), "check", "green"],
    refunded: [i18n._("left: money went back"), "back", "grey"],
    cancelled: [i18n._("left: cancelled"), "close", "grey"],
    unsubscribed: [i18n._("left: no consent"), "close", "grey"],
  };
  return words[state] ?? [state, "dashed", "grey"];
}

export function outcomeText(outcome: string): string {
  const words: Words = {
    done: i18n._("done"),
    waiting: i18n._("waits"),
    "no-consent": i18n._("no consent: no mail"),
    "no-address": i18n._("no address: no mail"),
    refused: i18n._("refused"),
  };
  return words[outcome] ?? outcome.replaceAll("-", " ");
}
