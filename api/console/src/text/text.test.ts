import { describe, expect, it } from "vitest";
import { keyName } from "../keys/keys";
import { addressLines } from "../orders/address_text";
import { dayAfter, dayStart, moment } from "./instants";
import { isNegative, isNothing, moneyText, quantityText, rateText, typedAmount } from "./money";

const NOW = new Date("2026-11-29T08:00:00Z");
const told = (at: string) => moment(at, NOW, "Europe/Paris", "fr-FR", "hier");

describe("amounts", () => {
  it("are written as the language does, to the last digit", () => {
    expect(moneyText({ amount: "90071992547409931.17", currency: "EUR" }, "en-GB")).toBe(
      "€90,071,992,547,409,931.17",
    );
    expect(moneyText({ amount: "5", currency: "JPY" }, "en-GB")).toContain("5");
    expect(moneyText({ amount: "1.00", currency: "not one" }, "en-GB")).toBe("1.00 not one");
  });

  it("are nothing or negative by their text alone", () => {
    expect([
      isNothing({ amount: "-0.00", currency: "EUR" }),
      isNothing({ amount: "0.01", currency: "EUR" }),
    ]).toEqual([true, false]);
    expect([
      isNegative({ amount: "-0.01", currency: "EUR" }),
      isNegative({ amount: "-0.00", currency: "EUR" }),
    ]).toEqual([true, false]);
  });

  it("are taken as people type them; what is no amount goes to the server as it is", () => {
    expect(["5", "5,5", "1 234,50", "5.", "-3"].map((text) => typedAmount(text, 2))).toEqual([
      "5.00",
      "5.50",
      "1234.50",
      "5.00",
      "-3.00",
    ]);
    expect([typedAmount("1,234", 2), typedAmount("five", 2), typedAmount("500", 0)]).toEqual([
      "1.234",
      "five",
      "500",
    ]);
  });

  it("have quantities and rates beside them", () => {
    expect([quantityText(1200, "en-GB"), quantityText("0.350", "fr-FR")]).toEqual(["1,200", "0,350"]);
    expect(rateText("5.50", "fr-FR")).toBe("5,5\u00a0%");
  });
});

describe("instants", () => {
  it("are the clock today, and a day before, in the shop's zone", () => {
    expect(told("2026-11-29T06:58:00Z")).toEqual({ day: "", clock: "7:58" });
    expect(told("2026-11-28T23:30:00Z")).toEqual({ day: "", clock: "0:30" });
    expect(told("2026-11-28T16:34:00Z")).toEqual({ day: "hier", clock: "17:34" });
    expect(told("2026-11-26T18:58:00Z").day).toBe("26 nov.");
    expect(told("2025-11-26T18:58:00Z").day).toBe("26 nov. 2025");
  });
});

describe("days", () => {
  it("begin where the shop's clock says so, also when it was put forward that night", () => {
    expect(dayStart("2026-11-29", "Europe/Paris")).toBe("2026-11-28T23:00:00.000Z");
    expect(dayStart("2026-03-29", "Europe/Paris")).toBe("2026-03-28T23:00:00.000Z");
    expect(dayStart("2026-03-30", "Europe/Paris")).toBe("2026-03-29T22:00:00.000Z");
    expect(dayStart("2026-07-01", "America/New_York")).toBe("2026-07-01T04:00:00.000Z");
    expect(dayAfter("2026-02-28", 1)).toBe("2026-03-01");
  });
});

describe("addresses", () => {
  it("name the country only where it is another than the shop's", () => {
    const address = {
      name: "Zoé",
      company: "",
      line1: "4 quai",
      line2: "",
      postcode: "44000",
      city: "Nantes",
      region: "",
      country: "FR",
      phone: "",
      email: "",
      vat_number: "",
    };
    expect(addressLines(address, "FR", "fr-FR")).toEqual(["Zoé", "4 quai", "44000 Nantes"]);
    expect(addressLines(address, "BE", "fr-FR")).toEqual(["Zoé", "4 quai", "44000 Nantes", "France"]);
  });
});

describe("keys", () => {
  const pressed = { key: "j", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  it("are named as maps name them", () => {
    expect(keyName(pressed)).toBe("j");
    expect(keyName({ ...pressed, key: "J", shiftKey: true })).toBe("shift+j");
    expect(keyName({ ...pressed, key: "?", shiftKey: true })).toBe("?");
    expect(keyName({ ...pressed, key: "Enter", metaKey: true })).toBe("ctrl+enter");
  });
});
