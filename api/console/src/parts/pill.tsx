/** An order's axes at a glance: a shape, a word, then colour. */

import type { Status } from "../api/client";
import { fulfilmentLabel, paymentLabel, statusLabel } from "../text/labels";
import { Icon, type IconName } from "./icon";

type Look = [IconName, string];

const STAGES: Record<string, Look> = {
  draft: ["edit", "grey"],
  pending: ["dashed", "grey"],
  processing: ["half", "blue"],
  on_hold: ["pause", "violet"],
  shipped: ["plane", "teal"],
  completed: ["check", "green"],
  cancelled: ["close", "red"],
};

const PAYMENTS: Record<string, Look> = {
  unpaid: ["open", "due"],
  authorized: ["clock", "due"],
  partially_paid: ["half", "due"],
  paid: ["full", "settled"],
  partially_refunded: ["back", ""],
  refunded: ["back", ""],
  overpaid: ["warning", "late"],
};

const FULFILMENTS: Record<string, Look> = {
  unfulfilled: ["dashed", "grey"],
  partially_shipped: ["half", "teal"],
  shipped: ["plane", "teal"],
  delivered: ["check", "green"],
  returned: ["back", "amber"],
};

const PAYMENT_COLOURS: Record<string, string> = { due: "amber", settled: "green", late: "red" };

export const stageIcon = (stage: string): IconName => (STAGES[stage] ?? ["dashed"])[0] as IconName;

export function Pill({ icon, colour, children }: { icon: IconName; colour: string; children: string }) {
  return (
    <span className={`pill ${colour}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

export function StatusPill({ status }: { status: Status }) {
  const [icon, colour] = STAGES[status.stage] ?? ["dashed", "grey"];
  return (
    <Pill icon={icon} colour={colour}>
      {statusLabel(status)}
    </Pill>
  );
}

export function PaymentPill({ code }: { code: string }) {
  const [icon, kind] = PAYMENTS[code] ?? ["open", ""];
  return (
    <Pill icon={icon === "full" ? "check" : icon} colour={PAYMENT_COLOURS[kind] ?? "grey"}>
      {paymentLabel(code)}
    </Pill>
  );
}

export function FulfilmentPill({ code }: { code: string }) {
  const [icon, colour] = FULFILMENTS[code] ?? ["dashed", "grey"];
  return (
    <Pill icon={icon} colour={colour}>
      {fulfilmentLabel(code)}
    </Pill>
  );
}

/** The payment in a row of the list: quieter than a pill. */
export function Payment({ code }: { code: string }) {
  const [icon, kind] = PAYMENTS[code] ?? ["open", ""];
  return (
    <span className={`payment ${kind}`}>
      <Icon name={icon} />
      {paymentLabel(code)}
    </span>
  );
}

const HOT = /urgen|priorit|problem|adress/i;

export function Tag({ children }: { children: string }) {
  return (
    <span className={HOT.test(children) ? "tag hot" : "tag"} title={children}>
      {children}
    </span>
  );
}
