import { describe, expect, it } from "vitest";
import { chosenChanges } from "../customers/card/merging";
import type { Card } from "../customers/data";
import { cellText, factsOf, type Product, sameCell, withCell } from "../products/data";
import { typedCell } from "../products/typed_cell";
import { trackedAt } from "../settings/carriers";
import { codeOf } from "../settings/coded_part";
import type { DefinedStatus } from "../settings/data";
import { moved } from "../settings/statuses/ordering";
import { type Counted, readScan, withScan } from "../stock/taking";
import { clashes, withChange } from "./editor";

describe("an editor", () => {
  const standing = { city: "Paris", country: "FR" };
  const nothing = { typed: {}, seen: {} };

  it("keeps what was touched apart, and forgets what is as it stands again", () => {
    const once = withChange(nothing, standing, { city: "Lyon" });
    expect(once).toEqual({ typed: { city: "Lyon" }, seen: { city: "Paris" } });
    expect(withChange(once, standing, { city: "Paris" })).toEqual(nothing);
  });

  it("tells a clash only in a field that was touched, changed by others, and differs", () => {
    const touched = withChange(nothing, standing, { city: "Lyon" });
    expect(clashes(touched, { ...standing, country: "BE" })).toEqual([]);
    expect(clashes(touched, { ...standing, city: "Lille" })).toEqual(["city"]);
    expect(clashes(touched, { ...standing, city: "Lyon" })).toEqual([]);
  });
});

describe("settings", () => {
  it("give a status its place and all others one of their own", () => {
    const statuses = ["a", "b", "c"].map((code) => ({ code, position: 5 }) as DefinedStatus);
    expect(moved(statuses, "c", 0).map(({ code, position }) => [code, position])).toEqual([
      ["c", 0],
      ["a", 10],
      ["b", 20],
    ]);
    expect(moved(statuses, "a", 99).map(({ code }) => code)).toEqual(["b", "c", "a"]);
  });

  it("make codes of names, and addresses of codes", () => {
    expect(codeOf("Prêt à l’envoi !")).toBe("pret-a-l-envoi");
    expect(trackedAt("https://e.example/?c={code}", "A 1/2")).toBe("https://e.example/?c=A%201%2F2");
    expect(trackedAt("javascript:{code}", "1")).toBeNull();
  });
});

const PRODUCT = {
  sku: "CUP",
  names: { en: "Cup" },
  prices: [
    { amount: "12.00", currency: "EUR" },
    { amount: "14.00", currency: "USD" },
  ],
  options: [],
  tax_rate: null,
  taxes: null,
  unit: "piece",
  weight: null,
  barcode: "",
  picture: "",
} as unknown as Product;
const LIST = { locale: "en", currency: "EUR" };

describe("products", () => {
  it("send all facts with one cell otherwise", () => {
    const facts = withCell(factsOf(PRODUCT), "price", "13.00", LIST);
    expect(facts.prices).toEqual([
      { amount: "14.00", currency: "USD" },
      { amount: "13.00", currency: "EUR" },
    ]);
    expect(facts).not.toHaveProperty("tax_rate");
    expect(withCell(facts, "rate", "5.5", LIST)).toHaveProperty("tax_rate", "5.5");
    expect(cellText(PRODUCT, "rate", LIST)).toBe("");
  });

  it("take cells as people type them", () => {
    expect([typedCell("price", "1 234,5", "EUR"), typedCell("price", "500", "JPY")]).toEqual([
      "1234.50",
      "500",
    ]);
    expect(typedCell("rate", "5,5 %", "EUR")).toBe("5.5");
    expect([sameCell("rate", "20.00", "20"), sameCell("name", "a0", "a")]).toEqual([true, false]);
  });
});

describe("a merge", () => {
  const card = (id: string, facts: Partial<Card>) =>
    ({ id, name: "", email: "", city: "", phone: "", company: "", ...facts }) as Card;

  it("fills what the card that stays lacks, and changes what was chosen", () => {
    const one = card("1", { name: "Zoé", city: "Dinan" });
    const other = card("2", { name: "Z.", city: "Dinard", phone: "02" });
    expect(chosenChanges(one, other, {})).toEqual({ phone: "02" });
    expect(chosenChanges(one, other, { city: "2", phone: "1" })).toEqual({ city: "Dinard" });
  });
});

describe("a stock take", () => {
  const row: Counted = { sku: "CUP", name: "", expected: 3, version: 1, counted: "0" };

  it("adds scans up, and begins anew after a count was written", () => {
    expect(readScan(" 12 x CUP ")).toEqual({ code: "CUP", units: 12 });
    const twice = withScan(withScan([], row, 1), row, 2);
    expect(twice.map(({ counted }) => counted)).toEqual(["3"]);
    const written = twice.map((each) => ({ ...each, state: "written" as const }));
    expect(withScan(written, row, 1)[0]?.counted).toBe("1");
  });
});
