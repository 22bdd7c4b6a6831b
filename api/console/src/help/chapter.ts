/** What a chapter of the handbook is made of. */

export type Words = readonly (
  | string
  | { strong: string }
  | { code: string }
  | { text: string; to: string }
)[];

export type Block =
  | { kind: "heading"; words: Words }
  | { kind: "text"; words: Words }
  | { kind: "list"; points: readonly Words[] }
  | { kind: "table"; rows: readonly (readonly Words[])[] };

export interface Chapter {
  name: string;
  /** The screens that it is of, as the router writes their addresses: `/orders/$id`. */
  screens: readonly string[];
  title: string;
  blocks: readonly Block[];
}

export const plain = (words: Words): string =>
  words
    .map((each) => {
      if (typeof each === "string") return each;
      if ("strong" in each) return each.strong;
      return "code" in each ? each.code : each.text;
    })
    .join("");

/** What a block says, line by line. */
export function linesOf(block: Block): string[] {
  if (block.kind === "list") return block.points.map(plain);
  if (block.kind === "table") return block.rows.map((row) => row.map(plain).join(" · "));
  return [plain(block.words)];
}

const matches = (screen: string, address: string): boolean => {
  const [wanted, given] = [screen.split("/"), address.split("/")];
  return (
    wanted.length === given.length && wanted.every((part, at) => part.startsWith("$") || part === given[at])
  );
};

/** The chapter of the screen at an address; one written out before one with a parameter, else the first of all. */
export function chapterAt(chapters: readonly Chapter[], address: string): Chapter | undefined {
  const clean = address.replace(/\/+$/, "") || "/orders";
  return (
    chapters.find(({ screens }) => screens.includes(clean)) ??
    chapters.find(({ screens }) => screens.some((screen) => matches(screen, clean))) ??
    chapters[0]
  );
}
