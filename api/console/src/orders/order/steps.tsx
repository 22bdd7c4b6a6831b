/** The steps so far and those to come, left to right. */

import { i18n } from "@lingui/core";
import type { Order } from "../../api/client";
import { Icon, type IconName } from "../../parts/icon";
import { stageIcon } from "../../parts/pill";
import { statusLabel } from "../../text/labels";
import { isNothing } from "../../text/money";
import { useHistory } from "../history";
import { type Facts, When } from "../list/columns";
import { usePast } from "./past";

type State = "done" | "now" | "next";

interface Step {
  state: State;
  icon: IconName;
  text: string;
  at?: string | null;
}

const AFTER_SENDING = new Set(["shipped", "completed"]);

function steps(order: Order): Step[] {
  const { stage } = order.status;
  const paid = isNothing(order.balance) || order.payment_status === "paid";
  const sent =
    AFTER_SENDING.has(stage) || ["shipped", "delivered", "returned"].includes(order.fulfilment_status);
  const state = (done: boolean): State => (done ? "done" : "next");
  return [
    {
      state: state(order.placed_at !== null),
      icon: order.placed_at ? "check" : "orders",
      text: order.placed_at ? i18n._("Placed") : i18n._("Place"),
      at: order.placed_at,
    },
    {
      state: state(paid),
      icon: paid ? "check" : "money",
      text: paid ? i18n._("Paid") : i18n._("To be paid"),
    },
    ...(stage === "cancelled" || stage === "on_hold" || stage === "processing"
      ? [{ state: "now" as const, icon: stageIcon(stage), text: statusLabel(order.status) }]
      : []),
    ...(stage === "cancelled" ? [] : ending(order, sent)),
  ];
}

function ending(order: Order, sent: boolean): Step[] {
  const { stage } = order.status;
  const complete = stage === "completed";
  return [
    {
      state: sent ? "done" : "next",
      icon: sent ? "check" : "plane",
      text: sent ? i18n._("Sent") : i18n._("Send"),
      at: order.shipments[0]?.at,
    },
    {
      state: complete ? "now" : "next",
      icon: complete ? "check" : "dashed",
      text: complete ? i18n._("Completed") : i18n._("Complete"),
    },
  ];
}

export function Steps({ order, facts }: { order: Order; facts: Facts }) {
  const { entries } = useHistory(order.id, usePast()?.version);
  const since = entries.find((each) => each.group === "status")?.at;
  return (
    <ol className="steps">
      {steps(order).map((step) => (
        <li key={step.text} className={step.state} aria-current={step.state === "now" ? "step" : undefined}>
          <Icon name={step.icon} />
          {step.text}
          {step.at && (
            <span className="quiet">
              <When at={step.at} facts={facts} />
            </span>
          )}
          {step.state === "now" && since && (
            <span className="quiet">
              {i18n._("since")} <When at={since} facts={facts} />
            </span>
          )}
        </li>
      ))}
    </ol>
  );
}
