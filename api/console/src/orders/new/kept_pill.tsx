/** When the draft was kept last. */

import { i18n } from "@lingui/core";
import { Icon } from "../../parts/icon";
import { localeTag } from "../../text/language";
import type { Kept } from "./draft";

interface Props {
  kept: Kept;
  zone: string;
  /** Whether the server has it as well; a draft that is kept on the device alone: left out. */
  isOnServer?: boolean;
}

export function KeptPill({ kept, zone, isOnServer }: Props) {
  if (kept === null) return null;
  if (kept === "refused")
    return (
      <span className="pill amber" role="status">
        <Icon name="warning" />
        {i18n._("This device keeps no draft")}
      </span>
    );
  const clock = new Intl.DateTimeFormat(localeTag(), { timeStyle: "medium", timeZone: zone });
  return (
    <span className="pill grey">
      <Icon name="edit" />
      {i18n._("Draft kept at {time}", { time: clock.format(new Date(kept.at)) })}
      {isOnServer !== undefined && (
        <span className="quiet wide-only">
          {isOnServer ? i18n._("here and on the server") : i18n._("on this device")}
        </span>
      )}
    </span>
  );
}
