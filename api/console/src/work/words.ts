/** The work behind the desk in the words of who owns the shop. */

import { i18n } from "@lingui/core";
import type { IconName } from "../parts/icon";
import type { Effect, Step } from "./data";

type Words = Record<string, string>;

export function effectLabel(kind: string): string {
  const words: Words = {
    "mail.send": i18n._("A mail"),
    "refund.send": i18n._("Money to give back"),
    "payment.take": i18n._("A payment to take"),
    "payment.capture": i18n._("A reserved payment to take"),
    "payment.void": i18n._("A reserved payment to release"),
    "sequence.step": i18n._("A step of a sequence"),
    "sequence.webhook": i18n._("A call to another program"),
    "sequence.withdrawal": i18n._("Leaving sequences"),
    "person.clear": i18n._("Clearing a person away"),
    "retention.run": i18n._("The nightly cleaning"),
    "import.read": i18n._("Reading a file"),
    "import.range": i18n._("Taking a file in"),
    "import.undo": i18n._("Taking an import back"),
  };
  if (kind.endsWith(".part")) return jobLabel(kind.slice(0, -".part".length));
  return words[kind] ?? kind;
}

export function jobLabel(kind: string): string {
  const words: Words = {
    exports: i18n._("Export"),
    "orders.export": i18n._("Export of orders"),
    "orders.print": i18n._("Print of orders"),
    "orders.bulk": i18n._("Work on many orders"),
    "orders.bulk-undo": i18n._("Work on many orders, taken back"),
    "products.learn": i18n._("Products learned from past orders"),
    "projections.rebuild": i18n._("A list built anew"),
    "audit.verify": i18n._("Proof of the books"),
  };
  return words[kind] ?? kind.replace(/[._]/g, " ");
}

export function effectState(state: Effect["state"]): [string, IconName, string] {
  const words: Record<Effect["state"], [string, IconName, string]> = {
    waiting: [i18n._("waits"), "clock", "grey"],
    queued: [i18n._("about to be done"), "clock", "grey"],
    claimed: [i18n._("being done"), "half", "blue"],
    acting: [i18n._("being done"), "half", "blue"],
    done: [i18n._("done"), "check", "green"],
    failed: [i18n._("did not work"), "warning", "red"],
    unknown: [i18n._("perhaps done"), "warning", "amber"],
    dropped: [i18n._("never to be done"), "close", "grey"],
    settled: [i18n._("counted as done"), "check", "grey"],
    "set-aside": [i18n._("set aside"), "pause", "violet"],
  };
  return words[state];
}

/** Why an effect waits for a person. */
export function effectMeaning({ state, kind }: Effect): string {
  if (state === "unknown")
    return i18n._(
      "The machine stopped in the middle: it may have been done, or not. Look first, then say which.",
    );
  if (state === "set-aside")
    return i18n._("The books were brought back from a copy: it may have been done before that.");
  if (kind === "mail.send")
    return i18n._("The mail server refused it, or could not be reached often enough.");
  return i18n._("It was tried as often as makes sense, and does not work by itself.");
}

export function stepLabel(step: Step): string {
  const words: Record<Step, string> = {
    retry: i18n._("Do it now"),
    settle: i18n._("It is done"),
    drop: i18n._("Never do it"),
  };
  return words[step];
}

/** What becomes of an effect by a step. */
export function stepMeaning(step: Step, { state, kind }: Effect): string {
  if (step === "retry") {
    if (state === "unknown" || state === "set-aside")
      return i18n._(
        "It is done now. If it was done before, it is done twice: a second mail, money that goes twice.",
      );
    return i18n._("It is tried now, as if it had never been tried.");
  }
  if (step === "settle")
    return kind === "mail.send"
      ? i18n._("Nothing is sent. The order's history says that the mail was perhaps sent.")
      : i18n._("Nothing is done by the machine. You looked, or did it by hand: it counts as done.");
  if (kind === "refund.send")
    return i18n._(
      "The money does not go back. The order says that giving it back failed, and owes it again.",
    );
  if (kind.startsWith("payment."))
    return i18n._("Nothing is asked of the provider. The order says that the payment failed.");
  return i18n._("It is not done, now or later.");
}

export function jobState(state: string): [string, IconName, string] {
  const words: Record<string, [string, IconName, string]> = {
    running: [i18n._("at work"), "half", "blue"],
    paused: [i18n._("paused"), "pause", "violet"],
    cancelled: [i18n._("stopped"), "close", "grey"],
    done: [i18n._("done"), "check", "green"],
    failed: [i18n._("could not go on"), "warning", "red"],
  };
  return words[state] ?? [state, "dashed", "grey"];
}

export function viewLabel(name: string): string {
  const words: Words = {
    orders: i18n._("The list of orders"),
    order_status_history: i18n._("Statuses of orders"),
    order_timeline: i18n._("Histories of orders"),
    customers: i18n._("Customers"),
    coupons: i18n._("Coupons"),
    products: i18n._("The catalogue"),
    stock: i18n._("Stock"),
    stock_movements: i18n._("Movements of stock"),
    messages: i18n._("Mails"),
    documents: i18n._("Documents"),
    imports: i18n._("Imports"),
    enrolments: i18n._("Who is in a sequence"),
    sales: i18n._("Sales"),
    status_durations: i18n._("Time in each status"),
    receivables: i18n._("Unpaid orders"),
  };
  return words[name] ?? name.replaceAll("_", " ");
}

export function processLabel(name: string): string {
  const words: Words = {
    "refund-on-requested": i18n._("Refunds that were asked for are sent"),
    "collect-on-requested": i18n._("Payments that were asked for are taken"),
    "void-on-changed": i18n._("Reserved payments are released where an order ends"),
    "send-on-message-requested": i18n._("Mails that were asked for are sent"),
    "mail-on-status": i18n._("Customers are told of a new status"),
    "mail-on-money": i18n._("Customers are told of money"),
    "mail-on-tracking-told": i18n._("Customers are told of tracking codes"),
    "clear-on-erased": i18n._("What is left of an erased person is cleared away"),
    "enrol-on-order": i18n._("Customers enter sequences"),
    "advance-on-step": i18n._("Sequences go on step by step"),
    "exit-on-order": i18n._("Who orders leaves sequences that end there"),
    "exit-on-withdrawal": i18n._("Who takes consent back leaves sequences"),
    "tag-on-purchase": i18n._("Tags are put by rules"),
  };
  return words[name.replaceAll("_", "-")] ?? name.replaceAll(/[_-]/g, " ");
}

/** A part of the house by the name of its check. */
export function checkLabel(name: string): string {
  const [kind = "", rest = ""] = name.split(/ (.*)/s);
  if (kind === "view") return viewLabel(rest);
  if (kind === "process") return processLabel(rest);
  const words: Words = {
    database: i18n._("The database answers and takes writes"),
    migrations: i18n._("The database is of this version"),
    connections: i18n._("There are free connections"),
    relay: i18n._("Work goes out to those who do it"),
    seals: i18n._("The books are sealed"),
    roles: i18n._("Nobody may change the books"),
    replica: i18n._("The copy follows"),
    "disk data": i18n._("There is room for data"),
    "disk files": i18n._("There is room for files"),
  };
  return words[name] ?? name;
}
