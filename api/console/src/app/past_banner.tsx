/** What says that the past is shown, of which instant, and how it is left. */

import { i18n } from "@lingui/core";
import { lazy, Suspense, useEffect, useState } from "react";
import { showInstant } from "../api/instant";
import type { Instant } from "../api/past_requests";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { localeTag, WINDOWS, withWords } from "../text/language";
import "../styles/instant.css";

const CompareWindow = lazy(withWords(() => import("./compare_window"), WINDOWS));

const DAY = "YYYY-MM-DD".length;

interface Props {
  instant: Instant;
  onChange: () => void;
}

export default function PastBanner({ instant, onChange }: Props) {
  const [compared, showCompared] = useState(false);
  useEffect(() => {
    document.addEventListener("keydown", leaveByEscape, { capture: true });
    return () => document.removeEventListener("keydown", leaveByEscape, { capture: true });
  }, []);
  return (
    <section className="past-banner" role="status" aria-label={i18n._("The past is shown")}>
      <Icon name="clock" />
      <b>{instantText(instant.at)}</b>
      <span className="grow">
        {instant.axis === "as_of"
          ? i18n._("What had happened by then, to be read only.")
          : i18n._("What was known then, to be read only.")}
      </span>
      <Button look="bare" size="small" onClick={onChange}>
        {i18n._("Another instant")}
      </Button>
      <Button look="bare" size="small" onClick={() => showCompared(true)}>
        {i18n._("Compare with today")}
      </Button>
      <Button look="primary" size="small" shortcut="Esc" onClick={() => showInstant("")}>
        {i18n._("Back to now")}
      </Button>
      {compared && (
        <Suspense>
          <CompareWindow instant={instant} onClose={() => showCompared(false)} />
        </Suspense>
      )}
    </section>
  );
}

/** Before any screen hears of it; what is open above the page, or typed in, is closed by it first. */
function leaveByEscape(event: KeyboardEvent): void {
  const typing = (event.target as HTMLElement | null)?.closest?.("input, textarea, select");
  const open = document.querySelector("[role=dialog], [role=menu], [role=listbox]");
  if (event.key !== "Escape" || typing || open) return;
  event.preventDefault();
  event.stopPropagation();
  showInstant("");
}

/** The instant as it was chosen: its clock is the shop's, and is told as it stands. */
export function instantText(at: string): string {
  const read = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(at) || at.length === DAY ? at : `${at}Z`);
  if (Number.isNaN(read.getTime())) return at;
  const form: Intl.DateTimeFormatOptions = { dateStyle: "long", timeZone: "UTC" };
  if (at.length > DAY) form.timeStyle = "short";
  return new Intl.DateTimeFormat(localeTag(), form).format(read);
}
