/** What becomes of endpoints and deliveries, in words. */

import { i18n } from "@lingui/core";
import type { IconName } from "../../parts/icon";
import type { DeliveryState, Endpoint } from "./data";

type Look = [string, IconName, string];

export function endpointState(state: Endpoint["state"]): Look {
  const looks: Record<Endpoint["state"], Look> = {
    sending: [i18n._("being told"), "check", "green"],
    waiting: [i18n._("tried again"), "clock", "amber"],
    stopped: [i18n._("stopped"), "warning", "red"],
    disabled: [i18n._("switched off"), "pause", "grey"],
  };
  return looks[state];
}

export function deliveryState(state: DeliveryState): Look {
  const looks: Record<DeliveryState, Look> = {
    delivered: [i18n._("delivered"), "check", "green"],
    failing: [i18n._("tried again"), "clock", "amber"],
    refused: [i18n._("refused by the program"), "close", "red"],
    failed: [i18n._("given up"), "warning", "red"],
  };
  return looks[state];
}

/** Why calls do not come through: `answered-503`, or what happened on the way. */
export function troubleText(trouble: string): string {
  const answered = /^answered-(\d+)$/.exec(trouble);
  return answered ? i18n._("It answered {status}.", { status: answered[1] }) : trouble;
}
