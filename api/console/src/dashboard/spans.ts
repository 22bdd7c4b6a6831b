/** Spans of time in words: the largest unit that has one, and the next where there are few of it. */

const UNITS: [Intl.NumberFormatOptions["unit"], number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** `3 days`, `5.5 hours`, `20 minutes`. */
export function span(seconds: number, locale: string): string {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? ["second", 1];
  const value = seconds / size;
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: value < 10 && size > 60 ? 1 : 0,
  }).format(value);
}
