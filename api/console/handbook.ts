/** The handbook of `docs/handbook`, a page for each screen: its Markdown becomes data when the console is built. */

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Plugin } from "vite";
import type { Block, Chapter, Words } from "./src/help/chapter";

const PAGES = join(import.meta.dirname, "..", "..", "docs", "handbook");
const MODULE = /^virtual:handbook_([a-z]{2})$/;
const BULLET = /^- (.*)$/;
const INLINE = /\*\*([^*]+)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)]+)\)/g;

/** A line's words: plain text, strong ones, keys and code, and links to other chapters. */
export function wordsOf(text: string): Words {
  const found: (string | { strong: string } | { code: string } | { text: string; to: string })[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [whole, strong, code, link, to] = match;
    if (match.index > from) found.push(text.slice(from, match.index));
    if (strong) found.push({ strong });
    else if (code) found.push({ code });
    else if (link && to) found.push({ text: link, to: basename(to, ".md") });
    from = match.index + whole.length;
  }
  if (from < text.length) found.push(text.slice(from));
  return found;
}

const cellsOf = (line: string): Words[] =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => wordsOf(cell.trim()));

function blockOf(lines: readonly string[]): Block {
  const [first = ""] = lines;
  if (first.startsWith("## ")) return { kind: "heading", words: wordsOf(first.slice(3)) };
  if (first.startsWith("|")) return { kind: "table", rows: lines.filter((_, at) => at !== 1).map(cellsOf) };
  if (!BULLET.test(first))
    return { kind: "text", words: wordsOf(lines.map((each) => each.trim()).join(" ")) };
  const points: string[] = [];
  for (const line of lines) {
    const point = BULLET.exec(line)?.[1];
    if (point !== undefined) points.push(point);
    else points.push(`${points.pop()} ${line.trim()}`);
  }
  return { kind: "list", points: points.map(wordsOf) };
}

/** A page as a chapter: its first lines say which screens it is of, and the first heading is its title. */
export function chapterOf(name: string, markdown: string): Chapter {
  const [, head = "", body = ""] = /^---\n(.*?)\n---\n(.*)$/s.exec(markdown) ?? [];
  const screens = /^screens: *(.*)$/m.exec(head)?.[1]?.split(" ").filter(Boolean) ?? [];
  const blocks = body
    .trim()
    .split(/\n{2,}/)
    .map((block) => block.split("\n"));
  const title = blocks[0]?.[0]?.replace(/^# /, "") ?? name;
  return { name, screens, title, blocks: blocks.slice(1).map(blockOf) };
}

/** All chapters in a language, the one that belongs to no screen first. */
export function chaptersIn(language: string): Chapter[] {
  const folder = join(PAGES, language);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .map((file) => chapterOf(basename(file, ".md"), readFileSync(join(folder, file), "utf8")))
    .sort((one, other) => one.screens.length - other.screens.length || one.title.localeCompare(other.title));
}

/** Gives `virtual:handbook_fr` its chapters. */
export function handbook(): Plugin {
  return {
    name: "handbook",
    resolveId: (id) => (MODULE.test(id) ? `\0${id}` : undefined),
    load(id) {
      const language = MODULE.exec(id.replace("\0", ""))?.[1];
      return language && `export default ${JSON.stringify(chaptersIn(language))};`;
    },
  };
}
