/** The statuses: their order, what each does, and a picture of the moves between them. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import type { Shop, Versioned } from "../../api/client";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { StatusPill } from "../../parts/pill";
import { stageLabel } from "../../text/labels";
import { type DefinedStatus, settingsQuery } from "../data";
import { Read } from "../read";
import { MovesPicture } from "./moves_picture";
import { moved, sortedStatuses, useOrdering } from "./ordering";
import { RetireStatus } from "./retire";
import { StatusWindow } from "./status_window";
import "../../styles/statuses.css";

export default function StatusesSection() {
  return (
    <Read query={settingsQuery}>
      {(shop) => (
        <>
          <Statuses shop={shop} />
          <MovesPicture statuses={sortedStatuses(shop.data.statuses)} />
        </>
      )}
    </Read>
  );
}

export const BLANK: DefinedStatus = {
  code: "",
  label: "",
  labels: {},
  names: {},
  stage: "processing",
  colour: "#3b82f6",
  position: 0,
  deducts_stock: false,
  restores_stock: false,
  notifies_customer: false,
  notifies_administrators: false,
  needs_tracking: false,
};

function Statuses({ shop }: { shop: Versioned<Shop> }) {
  const may = useMay()("settings:write");
  const [open, setOpen] = useState<DefinedStatus | null>(null);
  const [retired, retire] = useState<DefinedStatus | null>(null);
  const [held, hold] = useState<string | null>(null);
  const ordering = useOrdering(shop);
  const statuses = ordering.shown ?? sortedStatuses(shop.data.statuses);
  const move = (code: string, to: number) => ordering.write(moved(statuses, code, to));
  return (
    <section className="sheet" aria-label={i18n._("Statuses")} aria-busy={ordering.busy}>
      <header>
        <h2>{i18n._("Statuses")}</h2>
        <span className="grow" />
        {may && (
          <Button
            icon="plus"
            size="small"
            onClick={() => setOpen({ ...BLANK, position: nextPosition(statuses) })}
          >
            {i18n._("A status…")}
          </Button>
        )}
      </header>
      <p className="quiet padded">
        {i18n._("Drag them into the order of your work, or go to a handle and press ↑ or ↓.")}
      </p>
      <ol className="statuses">
        {statuses.map((each, at) => (
          <li
            key={each.code}
            className={held === each.code ? "held" : undefined}
            draggable={may}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = "move";
              event.dataTransfer.setData("text/plain", each.code);
              hold(each.code);
            }}
            onDragEnd={() => hold(null)}
            onDragOver={(event) => held && event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault();
              if (held) move(held, at);
              hold(null);
            }}
          >
            <Handle
              status={each}
              disabled={!may || ordering.busy}
              onMove={(by) => move(each.code, at + by)}
            />
            <button type="button" className="status-open" onClick={() => setOpen(each)}>
              <Swatch colour={each.colour} />
              <StatusPill status={each} />
              <span className="quiet">{stageLabel(each.stage)}</span>
              <span className="grow status-does">{doesWhat(each)}</span>
            </button>
            {may && (
              <Button
                icon="close"
                look="bare"
                size="small"
                aria-label={i18n._("Take {name} off", { name: each.label })}
                onClick={() => retire(each)}
              />
            )}
          </li>
        ))}
      </ol>
      {open && <StatusWindow shop={shop} status={open} onClose={() => setOpen(null)} />}
      {retired && <RetireStatus shop={shop} status={retired} onClose={() => retire(null)} />}
    </section>
  );
}

const nextPosition = (statuses: readonly DefinedStatus[]): number =>
  Math.min(10_000, (statuses.at(-1)?.position ?? 0) + 10);

interface HandleProps {
  status: DefinedStatus;
  disabled: boolean;
  onMove: (by: number) => void;
}

/** What a status is dragged by; with the focus on it, arrows move it. */
function Handle({ status, disabled, onMove }: HandleProps) {
  return (
    <Button
      icon="grip"
      look="bare"
      size="small"
      className="grip"
      disabled={disabled}
      aria-label={i18n._("Move {name} with the arrow keys", { name: status.label })}
      onKeyDown={(event) => {
        const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
        if (!by) return;
        event.preventDefault();
        onMove(by);
      }}
    />
  );
}

/** The merchant's colour of it. */
export function Swatch({ colour }: { colour: string }) {
  return (
    <i
      className="swatch"
      aria-hidden="true"
      ref={(place) => {
        if (place) place.style.backgroundColor = colour;
      }}
    />
  );
}

/** What reaching a status sets off, in words. */
export function doesWhat(status: DefinedStatus): string {
  const does = [
    status.deducts_stock && i18n._("takes stock off the shelf"),
    status.restores_stock && i18n._("puts stock back"),
    status.notifies_customer && i18n._("mails the customer"),
    status.notifies_administrators && i18n._("mails administrators"),
    status.needs_tracking && i18n._("wants a tracking code"),
  ];
  return does.filter(Boolean).join(", ");
}
