/** Instants as the desk reads them, in the shop's time zone: the clock today, a day and a clock before. */

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: string, zone: string, name: string, options: Intl.DateTimeFormatOptions) {
  const key = `${locale} ${zone} ${name}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    formats.set(key, format);
  }
  return format;
}

const CLOCK: Intl.DateTimeFormatOptions = { hour: "numeric", minute: "2-digit", hourCycle: "h23" };
const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
const DAY_AND_YEAR: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", year: "numeric" };

/** The day of an instant in a zone, as `2026-11-29`. */
export function dayOf(at: Date, zone: string): string {
  return formatOf("en-CA", zone, "iso", { year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}

export interface Moment {
  /** Empty today. */
  day: string;
  clock: string;
}

/** Day and clock of an instant, told from now; `yesterday` is the language's word. */
export function moment(at: string, now: Date, zone: string, locale: string, yesterday: string): Moment {
  const instant = new Date(at);
  const clock = formatOf(locale, zone, "clock", CLOCK).format(instant);
  const day = dayOf(instant, zone);
  if (day === dayOf(now, zone)) return { day: "", clock };
  if (day === dayOf(new Date(now.getTime() - DAY_MS), zone)) return { day: yesterday, clock };
  const sameYear = day.slice(0, 4) === dayOf(now, zone).slice(0, 4);
  const format = formatOf(locale, zone, sameYear ? "day" : "year", sameYear ? DAY : DAY_AND_YEAR);
  return { day: format.format(instant), clock };
}

/** The whole instant, for the tip of a short one. */
export function wholeInstant(at: string, zone: string, locale: string): string {
  return formatOf(locale, zone, "whole", { dateStyle: "full", timeStyle: "medium" }).format(new Date(at));
}

/** A bare date of a filter, `2026-11-22`, as `22 nov.`. */
export function dateText(day: string, now: Date, locale: string): string {
  const instant = new Date(`${day}T12:00:00Z`);
  if (Number.isNaN(instant.getTime())) return day;
  const sameYear = day.slice(0, 4) === String(now.getUTCFullYear());
  return formatOf(locale, "UTC", sameYear ? "day" : "year", sameYear ? DAY : DAY_AND_YEAR).format(instant);
}

/** How far a zone is ahead of UTC at an instant, in milliseconds. */
function offsetOf(at: number, zone: string): number {
  const options = { ...CLOCK, second: "2-digit", year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const parts = formatOf("en-CA", zone, "parts", options).formatToParts(new Date(at));
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (
    ["year", "month", "day", "hour", "minute", "second"] as const
  ).map((name) => Number(parts.find((each) => each.type === name)?.value));
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** The instant at which a day begins in a zone: `2026-11-29` in Paris is `2026-11-28T23:00:00.000Z`. */
export function dayStart(day: string, zone: string): string {
  const asUtc = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(asUtc)) return day;
  // The offset is looked up twice: that of the first guess may be of the day before.
  let at = asUtc - offsetOf(asUtc, zone);
  at = asUtc - offsetOf(at, zone);
  return new Date(at).toISOString();
}

/** The day so many days later or, below zero, before: `2026-03-01` from `2026-02-28` and 1. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}
