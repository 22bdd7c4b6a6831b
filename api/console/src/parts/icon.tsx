/** The console's drawings, 16 by 16, in the colour of the text beside them. */

const DRAWINGS = {
  book: "M3.500 2.500h8a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-8zM5.500 2.500v11M8 6h2.500M8 8.500h2.500",
  orders: "M2 9.500 4 3h8l2 6.500V13H2zM2 9.500h3.500L6.500 11h3l1-1.500H14",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  search: "M7 11.500a4.500 4.500 0 1 1 0-9 4.500 4.500 0 0 1 0 9zM10.300 10.300l3.200 3.200",
  filter: "M2 4.500h12M4.500 8h7M6.500 11.500h3",
  columns: "M2.500 3h11v10h-11zM6.200 3v10M9.800 3v10",
  close: "m4 4 8 8M12 4l-8 8",
  down: "m4.500 6.500 3.500 3.500 3.500-3.500",
  up: "m4.500 9.500L8 6l3.500 3.500",
  left: "M10 3.500 5.500 8l4.500 4.500",
  right: "M6 3.500 10.500 8 6 12.500",
  copy: "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
  print: "M4.500 6V2.500h7V6M4.500 11.500h-2V6h11v5.500h-2M4.500 9.500h7v4h-7z",
  truck:
    "M1.500 4h8v7h-8zM9.500 6.500h3l2 2.500v2h-5M4.500 13.300a1.300 1.300 0 1 0 0-2.600 1.300 1.300 0 0 0 0 2.600zM11.500 13.300a1.300 1.300 0 1 0 0-2.600 1.300 1.300 0 0 0 0 2.600z",
  more: "M3.500 8h.010M8 8h.010M12.500 8h.010",
  edit: "m3 13 .7-3L10.500 3.200l2.300 2.300L6 12.300z",
  flag: "M3.500 14V2.500h8l-1.800 3 1.800 3h-8",
  mail: "M2 4h12v8.500H2zM2 4.500l6 4.500 6-4.500",
  money:
    "M8 13.800A5.800 5.800 0 1 1 8 2.200a5.800 5.800 0 0 1 0 11.600zM10.200 5.800a3 3 0 1 0 0 4.400M4.800 7.300h3.700M4.800 8.800h3.200",
  clock: "M8 13.800A5.800 5.800 0 1 1 8 2.200a5.800 5.800 0 0 1 0 11.600zM8 4.800V8l2.200 1.600",
  box: "M2 5l6-3 6 3v6l-6 3-6-3zM2 5l6 3 6-3M8 8v6",
  people:
    "M6 8a2.500 2.500 0 1 1 0-5 2.500 2.500 0 0 1 0 5zM1.500 13.500c.4-2.700 2.200-4 4.500-4s4.100 1.300 4.500 4M10.500 3.300a2.500 2.500 0 0 1 0 4.400M12 9.900c1.500.5 2.300 1.800 2.500 3.600",
  coupon: "M2 5h12v2.200a1 1 0 0 0 0 1.800V11H2V9a1 1 0 0 0 0-1.800z",
  back: "M6 4 2.500 7.500 6 11M2.500 7.500h7a4 4 0 0 1 0 8H9",
  check: "m3 8.500 3.500 3.500L13 4.500",
  pause: "M5.500 4v8M10.500 4v8",
  plane: "m3 8 10-5-3.500 10.500-2-4.500z",
  warning: "M8 2.500 14 13H2zM8 6.500v3M8 11.300v.010",
  out: "M9.500 3H3.500v10h6M7 8h7M11.500 5.500 14 8l-2.500 2.500",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.500v1.500M8 13v1.500M1.500 8H3M13 8h1.500M3.400 3.400l1 1M11.600 11.600l1 1M3.400 12.600l1-1M11.600 4.400l1-1",
  chart: "M2.500 2.500v11h11M5.500 11V8M8.500 11V5M11.500 11V7",
  tag: "M2.500 2.500h5l6 6-5 5-6-6zM5.300 5.300v.010",
} as const;

const CIRCLE = "M8 13.500a5.500 5.500 0 1 1 0-11 5.500 5.500 0 0 1 0 11z";

export type IconName = keyof typeof DRAWINGS | "dashed" | "open" | "half" | "full";

/** A drawing that says nothing by itself: the word stands beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className="icon">
      {name === "dashed" && <path d={CIRCLE} strokeDasharray="2.600 2.160" />}
      {name === "open" && <path d={CIRCLE} />}
      {name === "full" && <path d={CIRCLE} className="filled" />}
      {name === "half" && (
        <>
          <path d={CIRCLE} />
          <path d="M8 2.500a5.500 5.500 0 0 1 0 11z" className="filled" />
        </>
      )}
      {name in DRAWINGS && <path d={DRAWINGS[name as keyof typeof DRAWINGS]} />}
    </svg>
  );
}
