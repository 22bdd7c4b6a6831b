import { describe, expect, it } from "vitest";
import { blank, blankStep, formOf, moved, type Sequence, typedOf, waitOf } from "./definition";

const TOLD: Sequence = {
  id: "1",
  version: 3,
  name: "After the sale",
  started: false,
  created_at: "2026-11-30T10:00:00Z",
  changed_at: "2026-11-30T10:00:00Z",
  trigger: { on: "status", status: "shipped" },
  filter: {
    tag: null,
    source: "web",
    sku: "MUG-*",
    first_order: true,
    total_min: { amount: "50.00", currency: "EUR" },
    total_max: null,
  },
  steps: [
    { kind: "wait", minutes: 2880 },
    { kind: "mail", mail: { en: { subject: "Thanks", html: "<p>Hello</p>" } } },
    { kind: "tag", owner: "customer", tags: ["regular"] },
    { kind: "webhook", url: "https://example.com/hook" },
  ],
  exits: ["refunded"],
};

describe("a sequence", () => {
  it("is sent as it was told, where nothing was typed", () => {
    expect(formOf(typedOf(TOLD, "EUR"), 2)).toEqual({
      name: "After the sale",
      trigger: { on: "status", status: "shipped" },
      filter: {
        source: "web",
        sku: "MUG-*",
        first_order: true,
        total_min: { amount: "50.00", currency: "EUR" },
      },
      steps: [
        { kind: "wait", days: 2 },
        { kind: "mail", mail: { en: { subject: "Thanks", html: "<p>Hello</p>" } } },
        { kind: "tag", owner: "customer", tags: ["regular"] },
        { kind: "webhook", url: "https://example.com/hook" },
      ],
      exits: ["refunded"],
    });
  });

  it("waits in the largest unit that is whole", () => {
    expect([waitOf(90), waitOf(120), waitOf(1440)]).toEqual([
      { count: "90", unit: "minutes" },
      { count: "2", unit: "hours" },
      { count: "1", unit: "days" },
    ]);
  });

  it("leaves out languages in which nothing was written, and sends odd figures for the server to judge", () => {
    const mail = {
      ...blankStep("mail"),
      mail: { en: { subject: "", html: " " }, fr: { subject: "Merci", html: "" } },
    };
    const wait = { ...blankStep("wait"), count: "soon" };
    expect(formOf({ ...blank("EUR"), steps: [mail, wait] }, 2).steps).toEqual([
      { kind: "mail", mail: { fr: { subject: "Merci", html: "" } } },
      { kind: "wait", days: "soon" },
    ]);
  });

  it("has its steps moved", () => {
    const steps = (["wait", "mail", "tag"] as const).map(blankStep);
    expect(moved(steps, 2, 0).map((each) => each.kind)).toEqual(["tag", "wait", "mail"]);
    expect(moved(steps, 0, 9).map((each) => each.kind)).toEqual(["mail", "tag", "wait"]);
  });
});
