/** How many there are, as a list tells it. */

import { localeTag } from "./language";

export function countText(count: { value: number; exact: boolean } | null | undefined): string {
  if (!count) return "";
  const text = new Intl.NumberFormat(localeTag()).format(count.value);
  return count.exact ? text : `≈ ${text}`;
}
