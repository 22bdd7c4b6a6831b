/** A sequence as it is typed, and as the API takes and tells it. */

import type { components } from "../api/schema";
import { typedAmount } from "../text/money";

type Schemas = components["schemas"];
export type Sequence = Schemas["SequenceAnswer"];
type SequenceForm = Schemas["SequenceForm"];
type StepAnswer = Schemas["StepAnswer"];
export type Trigger = Schemas["TriggerAnswer"]["on"];
export type StepKind = StepAnswer["kind"];
export type Exit = "refunded" | "cancelled" | "unsubscribed";
export type Unit = "minutes" | "hours" | "days";

export const EXITS: readonly Exit[] = ["refunded", "cancelled", "unsubscribed"];
const IN_UNIT: Record<Unit, number> = { minutes: 1, hours: 60, days: 1440 };

export interface Words {
  subject: string;
  html: string;
}

/** A step with what any kind of it may say; what is not its kind's is kept while another one is tried. */
export interface TypedStep {
  kind: StepKind;
  count: string;
  unit: Unit;
  mail: Record<string, Words>;
  owner: "customer" | "order";
  tags: string[];
  url: string;
  secret: string;
}

export interface Typed {
  name: string;
  on: Trigger;
  status: string;
  tag: string;
  source: string;
  sku: string;
  first_order: boolean;
  total_min: string;
  total_max: string;
  currency: string;
  steps: TypedStep[];
  exits: Exit[];
}

export const blankStep = (kind: StepKind): TypedStep => ({
  kind,
  count: kind === "wait" ? "1" : "",
  unit: "days",
  mail: {},
  owner: "customer",
  tags: [],
  url: "",
  secret: "",
});

export const blank = (currency: string): Typed => ({
  name: "",
  on: "placed",
  status: "",
  tag: "",
  source: "",
  sku: "",
  first_order: false,
  total_min: "",
  total_max: "",
  currency,
  steps: [],
  exits: [...EXITS],
});

/** A wait in the largest unit that it is whole in. */
export function waitOf(minutes: number): { count: string; unit: Unit } {
  const unit =
    (["days", "hours", "minutes"] as const).find((each) => minutes % IN_UNIT[each] === 0) ?? "minutes";
  return { count: String(minutes / IN_UNIT[unit]), unit };
}

function typedStep(step: StepAnswer): TypedStep {
  return {
    ...blankStep(step.kind),
    ...(step.minutes !== undefined ? waitOf(step.minutes) : {}),
    ...(step.mail ? { mail: step.mail } : {}),
    ...(step.owner ? { owner: step.owner } : {}),
    ...(step.tags ? { tags: step.tags } : {}),
    ...(step.url ? { url: step.url } : {}),
  };
}

export function typedOf({ name, trigger, filter, steps, exits }: Sequence, currency: string): Typed {
  return {
    name,
    on: trigger.on,
    status: trigger.status ?? "",
    tag: filter.tag ?? "",
    source: filter.source ?? "",
    sku: filter.sku ?? "",
    first_order: filter.first_order,
    total_min: filter.total_min?.amount ?? "",
    total_max: filter.total_max?.amount ?? "",
    currency: filter.total_min?.currency ?? filter.total_max?.currency ?? currency,
    steps: steps.map(typedStep),
    exits: exits as Exit[],
  };
}

const written = ({ subject, html }: Words): boolean => subject.trim() !== "" || html.trim() !== "";

function stepForm(step: TypedStep) {
  const { kind, count, unit, mail, owner, tags, url, secret } = step;
  const plain = count.trim();
  switch (kind) {
    case "wait":
      return { kind, [unit]: /^\d+$/.test(plain) ? Number(plain) : plain };
    case "mail":
      return { kind, mail: Object.fromEntries(Object.entries(mail).filter(([, words]) => written(words))) };
    case "tag":
      return { kind, owner, tags };
    case "webhook":
      return { kind, url: url.trim(), ...(secret && { secret }) };
  }
}

/** What is sent: what was left empty is left out. */
export function formOf(typed: Typed, places: number): SequenceForm {
  const money = (text: string) => ({ amount: typedAmount(text, places), currency: typed.currency });
  const filter = {
    ...(typed.tag && { tag: typed.tag.trim() }),
    ...(typed.source && { source: typed.source.trim() }),
    ...(typed.sku && { sku: typed.sku.trim() }),
    ...(typed.first_order && { first_order: true }),
    ...(typed.total_min.trim() && { total_min: money(typed.total_min) }),
    ...(typed.total_max.trim() && { total_max: money(typed.total_max) }),
  };
  return {
    name: typed.name.trim(),
    trigger: { on: typed.on, ...(typed.on === "status" && { status: typed.status }) },
    filter,
    steps: typed.steps.map(stepForm) as SequenceForm["steps"],
    exits: typed.exits,
  };
}

/** The steps with one of them at another place. */
export function moved(steps: readonly TypedStep[], from: number, to: number): TypedStep[] {
  const next = [...steps];
  const [step] = next.splice(from, 1);
  if (step) next.splice(Math.max(0, Math.min(next.length, to)), 0, step);
  return next;
}
