/** A day and a clock in the shop's zone; the whole instant in its tip. */

import { i18n } from "@lingui/core";
import { useZone } from "../orders/data";
import { moment, wholeInstant } from "../text/instants";
import { localeTag } from "../text/language";
import { useNow } from "./later";

export function When({ at }: { at: string | null }) {
  const zone = useZone();
  const now = useNow();
  if (!at) return null;
  const { day, clock } = moment(at, now, zone, localeTag(), i18n._("yesterday"));
  return (
    <time dateTime={at} title={wholeInstant(at, zone, localeTag())}>
      {[day, clock].filter(Boolean).join(" ")}
    </time>
  );
}
