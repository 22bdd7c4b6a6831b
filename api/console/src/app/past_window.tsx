/** Which instant the console shows: a day and a clock of the shop, by what had happened or by what was known. */

import { i18n } from "@lingui/core";
import { useId, useState } from "react";
import { instantShown, showInstant } from "../api/instant";
import { type Axis, readInstant } from "../api/past_requests";
import { useZone } from "../orders/data";
import { Button } from "../parts/button";
import { Window } from "../parts/window";

const MINUTES = "YYYY-MM-DDTHH:MM".length;
const DAY_MS = 86_400_000;

export default function PastWindow({ onClose }: { onClose: () => void }) {
  const id = useId();
  const zone = useZone();
  const before = readInstant(instantShown());
  const latest = wallClock(new Date(), zone);
  const [at, setAt] = useState(
    before?.at.slice(0, MINUTES) ?? wallClock(new Date(Date.now() - DAY_MS), zone),
  );
  const [axis, setAxis] = useState<Axis>(before?.axis ?? "as_of");
  const fits = at !== "" && at <= latest;
  const show = () => {
    if (!fits) return;
    onClose();
    showInstant(`${axis}=${encodeURIComponent(at)}`);
  };
  return (
    <Window title={i18n._("Show the past")} onClose={onClose} onAccept={show} narrow>
      <form
        className="past-form"
        onSubmit={(event) => {
          event.preventDefault();
          show();
        }}
      >
        <label htmlFor={id}>{i18n._("Day and clock at the shop")}</label>
        <input
          id={id}
          className="input"
          type="datetime-local"
          max={latest}
          required
          value={at}
          onChange={(event) => setAt(event.target.value)}
        />
        {!fits && <p className="complaint">{i18n._("Choose an instant that has passed.")}</p>}
        <label className="choice">
          <input
            type="radio"
            name={`${id}axis`}
            checked={axis === "as_of"}
            onChange={() => setAxis("as_of")}
          />
          {i18n._("What had happened by then, as is known today")}
        </label>
        <label className="choice">
          <input
            type="radio"
            name={`${id}axis`}
            checked={axis === "known_at"}
            onChange={() => setAxis("known_at")}
          />
          {i18n._("What was known then")}
        </label>
        <p className="quiet">
          {i18n._("Orders, customers and stock are shown as they were. Nothing can be changed meanwhile.")}
        </p>
        <footer>
          <Button look="bare" onClick={onClose}>
            {i18n._("Cancel")}
          </Button>
          <Button look="primary" type="submit" disabled={!fits}>
            {i18n._("Show it")}
          </Button>
        </footer>
      </form>
    </Window>
  );
}

/** The clock on the shop's wall, as a field for day and clock has it. */
function wallClock(at: Date, zone: string): string {
  const options = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: zone,
  } as const;
  const parts = new Map(
    new Intl.DateTimeFormat("en-CA", options).formatToParts(at).map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? "00";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}`;
}
