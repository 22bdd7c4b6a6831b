import { describe, expect, it } from "vitest";
import { blankCart, type CartLine, isBlank, newClient, readWanted, withLine } from "./cart";
import { couponCodes, currencyOf, orderRequest, placeOf, quoteRequest } from "./request";

const LINE: CartLine = {
  key: "a",
  sku: "MUG",
  name: "Mug",
  listed: true,
  quantity: "2",
  price: "14.90",
  listPrice: "14.90",
  rate: "20.00",
  available: 5,
  low: false,
};
const FREE: CartLine = {
  ...LINE,
  key: "b",
  sku: "",
  name: "Engraving",
  listed: false,
  price: "5,5",
  rate: "5,5 %",
};
const EUR = currencyOf("EUR");

describe("what is looked for", () => {
  it("may be several at once", () => {
    expect(readWanted("3 x honey")).toEqual({ quantity: "3", words: "honey" });
    expect(readWanted("0,5×tea 100 g")).toEqual({ quantity: "0,5", words: "tea 100 g" });
    expect(readWanted(" 3760123456789 ")).toEqual({ quantity: "1", words: "3760123456789" });
    expect(readWanted("3x")).toEqual({ quantity: "1", words: "3x" });
  });

  it("adds to the line that stands there already, unless its price was changed", () => {
    expect(withLine([LINE], { ...LINE, key: "c", quantity: "3" })).toEqual([{ ...LINE, quantity: "5" }]);
    expect(withLine([{ ...LINE, price: "12" }], { ...LINE, key: "c" })).toHaveLength(2);
    expect(withLine([{ ...LINE, quantity: "0.5" }], { ...LINE, key: "c" })).toHaveLength(2);
    expect(withLine([FREE], { ...FREE, key: "c" })).toHaveLength(2);
  });

  it("may be a client who is not in the book", () => {
    expect(newClient("zoe@example.com")).toEqual({ email: "zoe@example.com" });
    expect(newClient("06 12 34 56 78")).toEqual({ phone: "06 12 34 56 78" });
    expect(newClient("Zoé 2")).toEqual({ name: "Zoé 2" });
  });
});

describe("the request", () => {
  const cart = { ...blankCart("ada"), lines: [LINE, FREE] };
  it("leaves to the catalogue what is the catalogue's, and tells the rest", () => {
    expect(quoteRequest(cart, EUR).body.items).toEqual([
      { sku: "MUG", quantity: 2 },
      {
        name: "Engraving",
        quantity: 2,
        unit_price: { amount: "5.50", currency: "EUR" },
        tax_rate: "5.5",
      },
    ]);
    const cheaper = quoteRequest({ ...cart, lines: [{ ...LINE, price: "12" }] }, EUR).body.items;
    expect(cheaper).toEqual([{ sku: "MUG", quantity: 2, unit_price: { amount: "12.00", currency: "EUR" } }]);
  });

  it("prices what is typed so far, and sends all of it", () => {
    const typing = { ...cart, lines: [{ ...FREE, price: "" }, LINE] };
    expect(quoteRequest(typing, EUR).keys).toEqual(["a"]);
    expect(orderRequest(typing, EUR, true).keys).toEqual(["b", "a"]);
  });

  it("tells addresses only where something of them is typed", () => {
    expect(orderRequest(cart, EUR, true).body).not.toHaveProperty("billing_address");
    const typed = { ...cart, same: false, billing: { ...cart.billing, city: " Nantes " } };
    expect(orderRequest(typed, EUR, true).body).toMatchObject({
      billing_address: { city: "Nantes" },
      fill_addresses: false,
    });
  });

  it("knows where a refusal belongs", () => {
    expect(placeOf("/items/1/unit_price/amount", ["a", "b"])).toBe("b/unit_price");
    expect(placeOf("/items/0", ["a"])).toBe("a/sku");
    expect(placeOf("/billing_address/country", [])).toBe("billing_address/country");
    expect(placeOf("/items", [])).toBe("items");
    expect(placeOf("/coupons/0", [])).toBe("coupons");
    expect(placeOf("/discount/amount", [])).toBe("discount");
  });

  it("takes several coupons", () => {
    expect(couponCodes(" NOEL25, port ;NOEL25")).toEqual(["NOEL25", "port"]);
  });
});

describe("a blank cart", () => {
  it("is blank whoever takes the order, and wherever it comes from", () => {
    expect(isBlank({ ...blankCart("ada"), source: "shop", shippingMethod: "standard" })).toBe(true);
    expect(isBlank({ ...blankCart("ada"), note: "Ring twice" })).toBe(false);
  });
});
