/** The days that the dashboard shows, and how they are parted; they stand in the address. */

export const LENGTHS = ["7", "30", "90", "365", "1826"] as const;
const STANDARD = "30";
const DAY_MS = 86_400_000;
const ISO = /^\d{4}-\d\d-\d\d$/;

export type Part = "day" | "week" | "month";
export type Comparison = "previous" | "year";

export interface DashboardSearch {
  /** So many days until today; the standard where nothing is told. */
  days?: string;
  from?: string;
  to?: string;
  compare?: Comparison | "none";
  currency?: string;
}

export interface Days {
  from: string;
  to: string;
}

/** The parameters of an address that mean something; odd ones are left out. */
export function readDashboard(raw: Record<string, unknown>): DashboardSearch {
  const search: DashboardSearch = {};
  const { days, from, to, compare, currency } = raw;
  if (LENGTHS.includes(String(days) as never)) search.days = String(days);
  if (ISO.test(String(from)) && ISO.test(String(to))) {
    search.from = String(from);
    search.to = String(to);
  }
  if (compare === "previous" || compare === "year" || compare === "none") search.compare = compare;
  if (/^[A-Z]{3}$/.test(String(currency))) search.currency = String(currency);
  return search;
}

/** A day so many days later. */
export const later = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** How many days lie between two, the first and the last counted. */
export const lengthOf = ({ from, to }: Days): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;

/** The days that are asked for, `today` being the shop's. */
export function daysOf(search: DashboardSearch, today: string): Days {
  if (search.from && search.to) return { from: search.from, to: search.to };
  return { from: later(today, 1 - Number(search.days ?? STANDARD)), to: today };
}

/** Which of the lengths is chosen; none for days of one's own. */
export const lengthChosen = (search: DashboardSearch): string =>
  search.from ? "own" : (search.days ?? STANDARD);

/** Few enough points to tell them apart: days of a quarter, weeks of two years, months of more. */
export function partOf(days: Days): Part {
  const length = lengthOf(days);
  if (length <= 95) return "day";
  return length <= 740 ? "week" : "month";
}

/** The first day of every part, as the report names it: the first one begins with the period. */
export function partsOf(days: Days, part: Part): string[] {
  const keys: string[] = [];
  for (let day = days.from; day <= days.to; day = nextPart(day, part)) keys.push(day);
  return keys;
}

function nextPart(day: string, part: Part): string {
  if (part === "day") return later(day, 1);
  if (part === "week") {
    const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
    return later(day, 7 - weekday);
  }
  const [year = 0, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}
