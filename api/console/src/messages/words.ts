/** The words of mails. */

import { i18n } from "@lingui/core";
import type { IconName } from "../parts/icon";

type Words = Record<string, string>;

export const STATES = ["requested", "rendered", "sent", "kept", "refused", "uncertain", "bounced"] as const;
export type MailState = (typeof STATES)[number];

export function stateText(state: string): string {
  const words: Words = {
    requested: i18n._("on its way"),
    rendered: i18n._("on its way"),
    sent: i18n._("sent"),
    kept: i18n._("kept: no mail server is set up"),
    refused: i18n._("refused"),
    bounced: i18n._("came back"),
    uncertain: i18n._("perhaps sent"),
  };
  return words[state] ?? state;
}

export const stateLook = (state: MailState): [IconName, string] => {
  const looks: Record<MailState, [IconName, string]> = {
    requested: ["clock", "grey"],
    rendered: ["clock", "grey"],
    sent: ["check", "green"],
    kept: ["pause", "grey"],
    refused: ["warning", "red"],
    uncertain: ["warning", "amber"],
    bounced: ["back", "red"],
  };
  return looks[state];
};

/** What a mail is about. */
export function purposeText(purpose: string): string {
  const words: Words = {
    status: i18n._("A new status"),
    administrators: i18n._("Told to the shop"),
    "payment-link": i18n._("A link to pay"),
    payment: i18n._("Money came"),
    refund: i18n._("Money went back"),
    tracking: i18n._("A tracking code"),
    sequence: i18n._("A sequence"),
    resend: i18n._("Sent again"),
  };
  return words[purpose] ?? purpose;
}
