/** An amount in a field, with the comma or the point that the language writes. */

import { localeTag } from "../../text/language";

/** The server writes a point; whoever reads French expects a comma, and may type either. */
export function withComma(text: string): string {
  const sign = new Intl.NumberFormat(localeTag()).formatToParts(1.5).find((each) => each.type === "decimal");
  return sign?.value === "," && /^-?\d+\.\d+$/.test(text) ? text.replace(".", ",") : text;
}
