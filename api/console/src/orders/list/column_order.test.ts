import { expect, test } from "vitest";
import { movedTo } from "./column_order";
import { takenIn } from "./column_taken";

const ALL = ["number", "created", "customer", "total"];

test("a column takes the place of the one that it is dropped on", () => {
  expect(movedTo(ALL, "total", "number")).toEqual(["total", "number", "created", "customer"]);
  expect(movedTo(ALL, "number", "customer")).toEqual(["created", "customer", "number", "total"]);
  expect(movedTo(ALL, "number", "number")).toBe(ALL);
  expect(movedTo(ALL, "a file", "number")).toBe(ALL);
});

test("a column that is taken in stands behind the one that it follows at first", () => {
  expect(takenIn(["total", "number"], "created", ALL)).toEqual(["total", "number", "created"]);
  expect(takenIn(["total"], "number", ALL)).toEqual(["number", "total"]);
});
