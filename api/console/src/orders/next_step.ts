/** What comes next for an order: the one button that stands out. */

import { i18n } from "@lingui/core";
import type { Order } from "../api/client";
import type { IconName } from "../parts/icon";
import { isNegative } from "../text/money";
import type { DialogKind } from "./dialogs/kinds";

export interface Step {
  kind: Exclude<DialogKind, "next">;
  label: string;
  icon: IconName;
  /** The status it leads to, where it is a move. */
  status?: string;
}

type Known = Pick<Order, "status" | "payment_status" | "next_actions" | "balance">;

const may = (order: Known, action: string): boolean =>
  order.next_actions.some((each) => each.action === action && each.allowed);

function move(order: Known, stage: string): string | undefined {
  return order.next_actions.find(
    (each) => each.action === "status" && each.allowed && each.status?.stage === stage,
  )?.status?.code;
}

/** The step that comes next, of those that the server allows; none: undefined. */
export function nextStep(order: Known): Step | undefined {
  const { stage } = order.status;
  const [to, label, icon] = following(stage);
  const status = to && move(order, to);
  if (isNegative(order.balance) && may(order, "refund"))
    return { kind: "refund", label: i18n._("Give back…"), icon: "back" };
  if (stage === "draft" && status) return { kind: "status", label, icon, status };
  if (may(order, "pay") && stage !== "cancelled")
    return { kind: "pay", label: i18n._("Take payment…"), icon: "money" };
  if (stage === "processing" && may(order, "ship"))
    return { kind: "ship", label: i18n._("Send…"), icon: "truck" };
  return status ? { kind: "status", label, icon, status } : undefined;
}

function following(stage: string): [string | undefined, string, IconName] {
  if (stage === "draft") return ["pending", i18n._("Place…"), "orders"];
  if (stage === "pending") return ["processing", i18n._("Prepare…"), "half"];
  if (stage === "on_hold") return ["processing", i18n._("Go on…"), "half"];
  if (stage === "processing") return ["shipped", i18n._("Mark as shipped…"), "plane"];
  if (stage === "shipped") return ["completed", i18n._("Complete…"), "check"];
  return [undefined, "", "check"];
}
