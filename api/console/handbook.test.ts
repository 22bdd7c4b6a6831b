import { expect, test } from "vitest";
import { chapterOf, chaptersIn } from "./handbook.ts";
import { type Chapter, chapterAt, linesOf } from "./src/help/chapter";
import { found, marked } from "./src/help/search";

const PAGE = `---
screens: /things /things/$id
---
# Things

A thing has a
**name**, opens by \`↵\` and belongs to [an order](order.md).

## More

- One point
  that goes on.
- Another.

| key | does |
|---|---|
| \`x\` | this |
`;
const things = chapterOf("things", PAGE);

test("a page becomes a chapter with its screens, its title and its blocks", () => {
  expect(things.screens).toEqual(["/things", "/things/$id"]);
  expect(things.title).toBe("Things");
  expect(things.blocks.map(({ kind }) => kind)).toEqual(["text", "heading", "list", "table"]);
  expect(things.blocks[0]).toEqual({
    kind: "text",
    words: [
      "A thing has a ",
      { strong: "name" },
      ", opens by ",
      { code: "↵" },
      " and belongs to ",
      { text: "an order", to: "order" },
      ".",
    ],
  });
  expect(things.blocks.flatMap(linesOf)).toContain("One point that goes on.");
  expect(linesOf(things.blocks[3] as Chapter["blocks"][number])).toEqual(["key · does", "x · this"]);
});

test("a screen has its own chapter, and what has none the first of all", () => {
  const chapters = chaptersIn("en");
  expect(chapterAt(chapters, "/stock/take")?.name).toBe("stock-take");
  expect(chapterAt(chapters, "/imports/new")?.name).toBe("new-import");
  expect(chapterAt(chapters, "/imports/01a20945")?.name).toBe("import");
  expect(chapterAt(chapters, "/settings/mails/")?.name).toBe("settings");
  expect(chapterAt(chapters, "/nowhere")?.name).toBe("index");
});

test("words are found whatever their accents, and those of a title first", () => {
  const hits = found(chaptersIn("fr"), "INVENTAIRE");
  expect(hits[0]?.chapter.name).toBe("stock-take");
  expect(found(chaptersIn("fr"), "etiquettes deja mises").map(({ chapter }) => chapter.name)).toEqual([
    "tag-rules",
  ]);
  expect(found(chaptersIn("fr"), "xylophone")).toEqual([]);
});

test("what was typed is marked where it stands", () => {
  expect(marked("Les étiquettes déjà mises", "deja etiq")).toEqual([
    "Les ",
    "étiq",
    "uettes ",
    "déjà",
    " mises",
  ]);
});
