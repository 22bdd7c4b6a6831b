import { expect, it } from "vitest";
import { allToggled, extended, marked, NOTHING, targetOf, toggled, WHOLE } from "./selection";

const ORDER = ["a", "b", "c", "d"];

it("extends from where it began, both ways", () => {
  const begun = toggled(NOTHING, "b");
  expect([...extended(begun, ORDER, "d").ids]).toEqual(["b", "c", "d"]);
  expect([...extended(begun, ORDER, "a").ids].sort()).toEqual(["a", "b"]);
});

it("begins at the row itself where the one it began at is gone", () => {
  expect([...extended({ ids: new Set(), anchor: "z" }, ORDER, "c").ids]).toEqual(["c"]);
});

it("takes a row off again, and all rows", () => {
  expect(toggled(toggled(NOTHING, "a"), "a").ids.size).toBe(0);
  expect(allToggled(NOTHING, ORDER).ids.size).toBe(4);
  expect(allToggled(allToggled(NOTHING, ORDER), ORDER).ids.size).toBe(0);
});

it("leaves what is loaded where one row is taken off everything", () => {
  expect([...toggled(WHOLE, "b", ORDER).ids]).toEqual(["a", "c", "d"]);
  expect(marked(WHOLE, ORDER).size).toBe(4);
  expect(allToggled(WHOLE, ORDER)).toBe(NOTHING);
});

it("is told to the API in the list's order, or by its filters", () => {
  const picked = toggled(toggled(toggled(NOTHING, "z"), "c"), "a");
  expect(targetOf(picked, ORDER, {})).toEqual({ ids: ["a", "c", "z"] });
  expect(targetOf(WHOLE, ORDER, { tag: ["x"] }, "total")).toEqual({ filter: { tag: ["x"], sort: "total" } });
});
