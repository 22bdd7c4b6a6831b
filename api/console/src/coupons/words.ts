/** The words of coupons. */

import { i18n } from "@lingui/core";
import type { IconName } from "../parts/icon";
import { localeTag } from "../text/language";
import { moneyText, rateText } from "../text/money";
import type { CouponRow, Rules } from "./rules";

export function stateText(state: string): string {
  const words: Record<string, string> = {
    active: i18n._("valid"),
    scheduled: i18n._("later"),
    expired: i18n._("over"),
    used_up: i18n._("used up"),
    disabled: i18n._("off"),
  };
  return words[state] ?? state;
}

export const stateLook = (state: CouponRow["state"]): [IconName, string] => {
  const looks: Record<CouponRow["state"], [IconName, string]> = {
    active: ["check", "green"],
    scheduled: ["clock", "blue"],
    expired: ["dashed", "grey"],
    used_up: ["full", "grey"],
    disabled: ["close", "grey"],
  };
  return looks[state];
};

/** What a coupon gives, and from which order on: `10 % from €50.00 on`. */
export function givesText({ kind, percent, amount, minimum }: Rules): string {
  const gives = {
    percent: () => rateText(percent ?? "0", localeTag()),
    amount: () => (amount ? moneyText(amount, localeTag()) : ""),
    free_shipping: () => i18n._("free shipping"),
  }[kind]();
  if (!minimum) return gives;
  return i18n._("{gives} from {minimum} on", { gives, minimum: moneyText(minimum, localeTag()) });
}
