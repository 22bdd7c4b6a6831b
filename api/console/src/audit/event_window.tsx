/** One event as it is stored, and where it leads. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { Facts } from "../parts/back";
import { When } from "../parts/when";
import { Window } from "../parts/window";
import type { FoundEvent } from "./data";
import { Stored } from "./facts";

interface Props {
  event: FoundEvent;
  onClose: () => void;
}

const PLACES: Record<string, "/orders/$id" | "/customers/$id" | "/imports/$id" | "/sequences/$id"> = {
  order: "/orders/$id",
  customer: "/customers/$id",
  import: "/imports/$id",
};

export default function EventWindow({ event, onClose }: Props) {
  const place = PLACES[event.topic.split(".")[0] ?? ""];
  return (
    <Window title={event.topic} about={<span className="quiet">{event.position}</span>} onClose={onClose}>
      <div className="event-facts">
        <Facts
          facts={[
            [i18n._("Who"), event.actor ?? "–"],
            [i18n._("Reason"), event.reason ?? "–"],
            [i18n._("When"), <When key="at" at={event.occurred_at} />],
            [i18n._("Recorded"), <When key="recorded" at={event.recorded_at} />],
            [i18n._("Version"), String(event.version)],
            [i18n._("Stream"), <code key="stream">{event.stream}</code>],
          ]}
        />
        <h3>{i18n._("As it is stored")}</h3>
        <Stored facts={event.event} />
      </div>
      <footer>
        {place && (
          <Link className="button" to={place} params={{ id: event.stream }} search={{}}>
            {i18n._("Open what it is about")}
          </Link>
        )}
      </footer>
    </Window>
  );
}
