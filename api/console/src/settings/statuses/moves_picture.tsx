/** The moves that an order can make, drawn: stages with their statuses, and arrows between them. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, taken } from "../../api/client";
import { stageLabel, statusLabel } from "../../text/labels";
import type { DefinedStatus } from "../data";

interface Box {
  x: number;
  y: number;
}

const WIDTH = 132;
const HEIGHT = 62;
/** Where each stage stands: the usual way along the top, holding under it, the end of others below. */
const BOXES: Record<string, Box> = {
  draft: { x: 8, y: 20 },
  pending: { x: 190, y: 20 },
  processing: { x: 372, y: 20 },
  shipped: { x: 554, y: 20 },
  completed: { x: 736, y: 20 },
  on_hold: { x: 281, y: 150 },
  cancelled: { x: 554, y: 150 },
};
const SHOWN = 2;

export function MovesPicture({ statuses }: { statuses: readonly DefinedStatus[] }) {
  const [from, setFrom] = useState<string | null>(null);
  const { data } = useQuery({
    queryKey: ["transitions"],
    queryFn: ({ signal }) => taken(api.GET("/api/v1/meta/transitions", { signal })),
  });
  const moves = Object.entries((data?.transitions ?? {}) as Record<string, string[]>).flatMap(
    ([one, others]) => others.map((other) => [one, other] as const),
  );
  return (
    <section className="sheet" aria-label={i18n._("Moves")}>
      <header>
        <h2>{i18n._("Moves")}</h2>
        <span className="quiet">{i18n._("Choose a stage to see where its orders can go.")}</span>
      </header>
      <div className="scrolled padded">
        <svg viewBox="0 0 876 226" className="moves" role="group" aria-label={i18n._("Moves between stages")}>
          <defs>
            <marker
              id="tip"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" />
            </marker>
          </defs>
          {moves.map(([one, other]) => (
            <path
              key={`${one} ${other}`}
              d={arrow(one, other)}
              markerEnd="url(#tip)"
              className={from === null ? "move" : from === one ? "move lit" : "move dim"}
            />
          ))}
          {Object.keys(BOXES).map((stage) => (
            <Stage
              key={stage}
              stage={stage}
              statuses={statuses.filter((each) => each.stage === stage)}
              on={from === stage}
              onPick={() => setFrom(from === stage ? null : stage)}
            />
          ))}
        </svg>
        <p className="quiet" role="status">
          {from && wayOn(from, (data?.transitions as Record<string, string[]>)?.[from] ?? [])}
        </p>
      </div>
    </section>
  );
}

function wayOn(from: string, to: readonly string[]): string {
  const stage = stageLabel(from);
  if (to.length === 0)
    return i18n._("{stage}: nothing comes after it, but by force and with a reason.", { stage });
  return i18n._("{stage} → {stages}", { stage, stages: to.map(stageLabel).join(", ") });
}

interface StageProps {
  stage: string;
  statuses: readonly DefinedStatus[];
  on: boolean;
  onPick: () => void;
}

function Stage({ stage, statuses, on, onPick }: StageProps) {
  const { x, y } = BOXES[stage] ?? { x: 0, y: 0 };
  const more = statuses.length - SHOWN;
  return (
    <g
      role="button"
      tabIndex={0}
      aria-pressed={on}
      className={on ? "stage on" : "stage"}
      onClick={onPick}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onPick();
      }}
    >
      <rect x={x} y={y} width={WIDTH} height={HEIGHT} rx="8" />
      <text x={x + 10} y={y + 17} className="stage-name">
        {stageLabel(stage)}
      </text>
      {statuses.slice(0, more === 1 ? SHOWN + 1 : SHOWN).map((each, at) => (
        <g key={each.code}>
          <circle cx={x + 14} cy={y + 30 + at * 14} r="4" fill={each.colour} />
          <text x={x + 24} y={y + 34 + at * 14}>
            {clipped(statusLabel(each))}
          </text>
        </g>
      ))}
      {more > 1 && (
        <text x={x + WIDTH - 10} y={y + 17} textAnchor="end">
          +{more}
        </text>
      )}
    </g>
  );
}

const clipped = (text: string): string => (text.length > 16 ? `${text.slice(0, 15)}…` : text);

/** An arrow from a stage to another, bent so that there and back are two lines. */
export function arrow(from: string, to: string): string {
  const one = BOXES[from];
  const other = BOXES[to];
  if (!one || !other) return "";
  const same = one.y === other.y;
  const forward = one.x < other.x;
  if (same) {
    const far = Math.abs(other.x - one.x) > 200;
    const [x1, x2] = forward ? [one.x + WIDTH, other.x] : [one.x, other.x + WIDTH];
    const y = one.y + (forward ? 24 : 40);
    if (!far) return `M${x1} ${y} L${x2} ${y}`;
    const top = one.y;
    const [a, b] = [one.x + WIDTH / 2, other.x + WIDTH / 2];
    return `M${a} ${top} C${a} ${top - 26} ${b} ${top - 26} ${b} ${top}`;
  }
  const down = other.y > one.y;
  const shift = down ? -8 : 8;
  const x1 = one.x + WIDTH / 2 + shift;
  const x2 = other.x + WIDTH / 2 + shift + Math.sign(one.x - other.x) * 30;
  const [y1, y2] = down ? [one.y + HEIGHT, other.y] : [one.y, other.y + HEIGHT];
  const middle = (y1 + y2) / 2;
  return `M${x1} ${y1} C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
}
