/** The order as it was: a slider over its events. The arrows go from one to the next, Esc back to now. */

import { i18n } from "@lingui/core";
import { useEffect, useRef } from "react";
import type { Order } from "../../api/client";
import { useKeys } from "../../keys/keys";
import { Button } from "../../parts/button";
import { Icon } from "../../parts/icon";
import { actorLabel } from "../../text/labels";
import { Sentence, useVersions } from "../history";
import { type Facts, When } from "../list/columns";

interface Props {
  order: Order;
  version: number;
  facts: Facts;
  onVersion: (version: number | null) => void;
}

export function ThenBar({ order, version, facts, onVersion }: Props) {
  const entry = useVersions(order.id).get(version);
  const slider = useRef<HTMLInputElement>(null);
  useEffect(() => slider.current?.focus(), []);
  const last = order.version;
  const to = (wanted: number) => () => onVersion(Math.min(last, Math.max(1, wanted)));
  useKeys({
    arrowleft: to(version - 1),
    arrowright: to(version + 1),
    home: to(1),
    end: to(last),
    escape: () => onVersion(null),
  });
  return (
    <section className="then-bar" aria-label={i18n._("As it was")}>
      <span className="pill amber">
        <Icon name="clock" />
        {i18n._("As it was, to be read only")}
      </span>
      <Button
        icon="left"
        look="bare"
        size="small"
        aria-label={i18n._("The event before")}
        disabled={version <= 1}
        onClick={to(version - 1)}
      />
      <input
        ref={slider}
        type="range"
        min={1}
        max={last}
        value={version}
        aria-label={i18n._("Event of the order")}
        aria-valuetext={`${version} / ${last}`}
        onChange={(event) => onVersion(event.target.valueAsNumber)}
      />
      <Button
        icon="right"
        look="bare"
        size="small"
        aria-label={i18n._("The event after")}
        disabled={version >= last}
        onClick={to(version + 1)}
      />
      <span className="then-count">
        {version} / {last}
      </span>
      <p className="grow" aria-live="polite">
        {entry && (
          <>
            <When at={entry.at} facts={facts} /> · <Sentence entry={entry} />{" "}
            <span className="quiet">{actorLabel(entry.actor)}</span>
          </>
        )}
      </p>
      <Button look="primary" size="small" shortcut="Esc" onClick={() => onVersion(null)}>
        {i18n._("Back to now")}
      </Button>
    </section>
  );
}
