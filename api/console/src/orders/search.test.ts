import { describe, expect, it } from "vitest";
import { filtersOf, nextSort, parseSearch, readSearch, stringifySearch, withFilter, written } from "./search";

describe("the list's search in the address", () => {
  it("reads what means something and leaves odd parameters out", () => {
    const raw = parseSearch("?status=pending&status=shipped&tag=a&tag=b&tag=a&sort=-nonsense&colour=red&q=");
    expect(readSearch(raw)).toEqual({ status: ["pending", "shipped"], tag: ["a", "b"] });
  });

  it("is written as it was read", () => {
    const search = { q: "Zoé & fils", tag: ["x y", "z"], sort: "total" };
    expect(readSearch(parseSearch(stringifySearch(search)))).toEqual(search);
  });

  it("knows the same filters chosen in another order", () => {
    const one = { status: ["a", "b"], q: "x" };
    expect(written({ q: "x", status: ["b", "a"] })).toBe(written(one));
    expect(written({ q: "x", status: ["b"] })).not.toBe(written(one));
  });

  it("takes a filter off without touching the others", () => {
    const search = { status: ["pending"], tag: ["a"], sort: "total", at: "1", view: "2" };
    const rest = { status: ["pending"], sort: "total", at: "1", view: "2" };
    expect(withFilter(search, "tag", undefined)).toEqual(rest);
    expect(filtersOf(search)).toEqual({ status: ["pending"], tag: ["a"] });
  });

  it("sorts first as a column reads best, then the other way, then as always", () => {
    expect(nextSort(undefined, "total", "-")).toBe("-total");
    expect(nextSort("-total", "total", "-")).toBe("total");
    expect(nextSort("total", "total", "-")).toBeUndefined();
    expect(nextSort(undefined, "created_at", "-")).toBe("created_at");
    expect(nextSort("created_at", "created_at", "-")).toBeUndefined();
  });
});
