import { expect, it } from "vitest";
import { span } from "./spans";

it("tells a span by its largest unit", () => {
  expect(span(0, "en")).toBe("0 sec");
  expect(span(59, "en")).toBe("59 sec");
  expect(span(1_250, "en")).toBe("21 min");
  expect(span(5_400, "en")).toBe("1.5 hr");
  expect(span(86_400 * 3, "en")).toBe("3 days");
  expect(span(86_400 * 12.4, "en")).toBe("12 days");
});
