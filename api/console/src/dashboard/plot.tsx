/** A line over time, drawn by uPlot: what it is drawn of is told, what it means stands around it. */

import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Series {
  label: string;
  values: (number | null)[];
  /** The period it is compared with: behind the other, and dashed. */
  behind?: boolean;
}

interface Props {
  /** Seconds since 1970, one for each point. */
  times: number[];
  series: Series[];
  locale: string;
  /** What stands at a height of the picture. */
  valueText: (value: number) => string;
  /** What a point says when it is pointed at. */
  tipText: (index: number) => string;
  onPoint: (index: number) => void;
  label: string;
}

const HEIGHT = 240;
const ONE_POINT = 9;

export function Plot({ times, series, locale, valueText, tipText, onPoint, label }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const latest = useRef({ tipText, onPoint, valueText });
  latest.current = { tipText, onPoint, valueText };
  useEffect(() => {
    const host = place.current;
    if (!host) return;
    const options = optionsOf(host, times.length, series, locale, {
      valueText: (value) => latest.current.valueText(value),
      onCursor: (plot) => tell(plot, tip.current, (index) => latest.current.tipText(index)),
    });
    const plot = new uPlot(options, [times, ...series.map(({ values }) => values)], host);
    const pick = () => {
      const index = plot.cursor.idx;
      if (index !== null && index !== undefined) latest.current.onPoint(index);
    };
    plot.over.addEventListener("click", pick);
    const resized = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: HEIGHT }));
    resized.observe(host);
    const coloured = new MutationObserver(() => plot.redraw(false, true));
    coloured.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      resized.disconnect();
      coloured.disconnect();
      plot.destroy();
    };
  }, [times, series, locale]);
  return (
    <div className="plot" role="img" aria-label={label}>
      <div ref={place} />
      <div ref={tip} className="plot-tip" hidden />
    </div>
  );
}

interface Acts {
  valueText: (value: number) => string;
  onCursor: (plot: uPlot) => void;
}

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name);

function optionsOf(
  host: HTMLElement,
  points: number,
  series: Series[],
  locale: string,
  acts: Acts,
): uPlot.Options {
  const font = `11px ${getComputedStyle(host).fontFamily}`;
  const axis = {
    stroke: () => colour("--ink-3"),
    grid: { stroke: () => colour("--line"), width: 1 },
    ticks: { show: false },
    font,
  };
  const few = points <= ONE_POINT;
  return {
    width: host.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: { x: { time: true }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    axes: [
      {
        ...axis,
        grid: { show: false },
        values: (_, ticks) => ticks.map((tick) => dayText(tick, locale, points)),
      },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => acts.valueText(tick)) },
    ],
    series: [
      {},
      ...series.map(({ label, behind }) => ({
        label,
        stroke: () => colour(behind ? "--edge" : "--blue"),
        fill: behind ? undefined : () => colour("--blue-wash"),
        width: behind ? 1.25 : 2,
        dash: behind ? [5, 4] : undefined,
        points: { show: few && !behind, size: 7 },
      })),
    ],
    hooks: { setCursor: [acts.onCursor] },
  };
}

function dayText(seconds: number, locale: string, points: number): string {
  const day = new Date(seconds * 1000);
  const long = points > 95;
  const options: Intl.DateTimeFormatOptions = long
    ? { month: "short", year: "numeric" }
    : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(day);
}

/** Puts the words of the point that is pointed at beside it, inside the picture. */
function tell(plot: uPlot, tip: HTMLDivElement | null, text: (index: number) => string): void {
  const { idx, left } = plot.cursor;
  if (!tip) return;
  tip.hidden = idx === null || idx === undefined || left === undefined || left < 0;
  if (tip.hidden) return;
  tip.textContent = text(idx as number);
  const room = plot.rect.width + plot.bbox.left / devicePixelRatio;
  const x = (left as number) + plot.bbox.left / devicePixelRatio;
  tip.style.left = `${Math.min(x + 10, room - tip.offsetWidth)}px`;
}
