import { describe, expect, it } from "vitest";
import type { Order } from "../../api/client";
import { currencyOf } from "../new/request";
import { changesOf, noEdits, placeOfChange } from "./edits";

const EUR = currencyOf("EUR");
const money = (amount: string) => ({ amount, currency: "EUR" });
const ORDER = {
  version: 4,
  items: [
    { id: "l1", kept: 2, unit_price: money("14.90") },
    { id: "l2", kept: 1, unit_price: money("8.90") },
  ],
  coupons: [{ code: "NOEL" }],
  discount: money("0.00"),
  shipping_charge: money("4.90"),
} as unknown as Order;

describe("what is typed of an order", () => {
  it("is no change where it was typed back", () => {
    const typed = {
      ...noEdits(4),
      lines: { l1: { quantity: "2", price: "14.90" } },
      discount: "0.00",
      charge: "4.90",
      coupons: "noel",
    };
    expect(changesOf(ORDER, typed, EUR).changes).toEqual([]);
  });

  it("tells what was touched, and nothing else", () => {
    const typed = {
      ...noEdits(4),
      lines: { l1: { quantity: "3" }, l2: { gone: true, price: "1" }, unknown: { quantity: "9" } },
      charge: "",
      coupons: "PORT",
    };
    expect(changesOf(ORDER, typed, EUR)).toEqual({
      changes: [
        { action: "change", item: "l1", quantity: 3 },
        { action: "remove", item: "l2" },
        { action: "remove-coupon", code: "NOEL" },
        { action: "apply-coupon", code: "PORT" },
        { action: "shipping-charge", amount: money("0.00") },
      ],
      about: ["l1", "l2", "coupons", "coupons", "shipping_charge"],
    });
  });

  it("is found again by a refusal’s pointer", () => {
    expect(placeOfChange("/changes/1/unit_price/amount", ["l1", "l2"])).toBe("l2/unit_price");
    expect(placeOfChange("/changes/0", ["l1"])).toBe("l1/sku");
    expect(placeOfChange("/changes/0/code", ["coupons"])).toBe("coupons");
    expect(placeOfChange("/changes/0/amount/amount", ["discount"])).toBe("discount");
    expect(placeOfChange("/reason", [])).toBe("reason");
  });
});
