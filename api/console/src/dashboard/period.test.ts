import { describe, expect, it } from "vitest";
import { daysOf, lengthOf, partOf, partsOf, readDashboard } from "./period";

describe("the period of the dashboard", () => {
  it("ends today unless days are told", () => {
    expect(daysOf({}, "2026-03-01")).toEqual({ from: "2026-01-31", to: "2026-03-01" });
    expect(daysOf({ days: "7" }, "2026-03-01")).toEqual({ from: "2026-02-23", to: "2026-03-01" });
    expect(daysOf({ from: "2025-01-01", to: "2025-01-01" }, "2026-03-01")).toEqual({
      from: "2025-01-01",
      to: "2025-01-01",
    });
  });

  it("leaves odd parameters out", () => {
    expect(
      readDashboard({ days: "8", from: "x", to: "2026-01-01", compare: "ever", currency: "eur" }),
    ).toEqual({});
    expect(readDashboard({ days: 90, compare: "year", currency: "EUR" })).toEqual({
      days: "90",
      compare: "year",
      currency: "EUR",
    });
  });

  it("is parted as the report parts it, without a gap", () => {
    const days = { from: "2026-02-26", to: "2026-04-02" };
    expect(lengthOf(days)).toBe(36);
    expect(partsOf(days, "day")).toHaveLength(36);
    expect(partsOf(days, "week")).toEqual([
      "2026-02-26",
      "2026-03-02",
      "2026-03-09",
      "2026-03-16",
      "2026-03-23",
      "2026-03-30",
    ]);
    expect(partsOf(days, "month")).toEqual(["2026-02-26", "2026-03-01", "2026-04-01"]);
    expect(partsOf({ from: "2026-03-01", to: "2026-03-01" }, "month")).toEqual(["2026-03-01"]);
  });

  it("has few enough points to tell apart", () => {
    expect(partOf({ from: "2026-01-01", to: "2026-03-31" })).toBe("day");
    expect(partOf({ from: "2025-01-01", to: "2026-01-01" })).toBe("week");
    expect(partOf({ from: "2021-01-01", to: "2026-01-01" })).toBe("month");
  });
});
