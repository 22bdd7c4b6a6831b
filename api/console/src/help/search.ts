/** Looking for words in the handbook, whatever their accents and their capitals. */

import { type Chapter, linesOf } from "./chapter";

const MOST = 30;
const TITLE = 100;
const HEADING = 10;

export interface Hit {
  chapter: Chapter;
  /** The block that says it; -1: the title. */
  block: number;
  line: string;
}

export const folded = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("’", "'").replaceAll("œ", "oe").toLowerCase();

/** The lines that hold every word typed, or the best ones of chapters that hold all of them together. */
export function found(chapters: readonly Chapter[], typed: string): Hit[] {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const hits: { hit: Hit; weight: number }[] = [];
  for (const chapter of chapters) {
    const lines = linesIn(chapter);
    const all = folded(lines.map(({ line }) => line).join("\n"));
    if (!words.every((word) => all.includes(word))) continue;
    const weighed = lines.map((line) => ({ hit: { chapter, ...line }, weight: weightOf(line, words) }));
    const whole = weighed.filter(({ weight }) => weight >= words.length);
    const best = weighed.reduce((one, other) => (other.weight > one.weight ? other : one));
    hits.push(...(whole.length ? whole : [best]));
  }
  return hits
    .sort((one, other) => other.weight - one.weight)
    .slice(0, MOST)
    .map(({ hit }) => hit);
}

interface Line {
  block: number;
  line: string;
  bonus: number;
}

function linesIn(chapter: Chapter): Line[] {
  const lines = chapter.blocks.flatMap((block, at) =>
    linesOf(block).map((line) => ({ block: at, line, bonus: block.kind === "heading" ? HEADING : 0 })),
  );
  return [{ block: -1, line: chapter.title, bonus: TITLE }, ...lines];
}

function weightOf({ line, bonus }: Line, words: readonly string[]): number {
  const text = folded(line);
  const held = words.filter((word) => text.includes(word)).length;
  return held === words.length ? held + bonus : held;
}

/** A line in parts, every second of which is one of the words typed. */
export function marked(line: string, typed: string): string[] {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  // Where folding changes how long the text is, nothing is marked.
  const text = folded(line);
  if (words.length === 0 || text.length !== line.length) return [line];
  const parts: string[] = [];
  let from = 0;
  while (from <= line.length) {
    const next = words
      .map((word) => ({ word, at: text.indexOf(word, from) }))
      .filter(({ at }) => at >= 0)
      .sort((one, other) => one.at - other.at || other.word.length - one.word.length)[0];
    if (!next) break;
    parts.push(line.slice(from, next.at), line.slice(next.at, next.at + next.word.length));
    from = next.at + next.word.length;
  }
  return [...parts, line.slice(from)];
}
