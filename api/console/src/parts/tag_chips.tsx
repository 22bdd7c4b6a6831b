/** Tags as chips that can be taken off again. */

import { i18n } from "@lingui/core";
import { Icon } from "./icon";

interface Props {
  tags: readonly string[];
  onTags: (tags: string[]) => void;
}

/** The tags with what is typed among them; nothing typed, or a tag that is there: as they are. */
export const withTag = (tags: readonly string[], typed: string): string[] => [
  ...new Set([...tags, ...(typed.trim() ? [typed.trim()] : [])]),
];

export function TagChips({ tags, onTags }: Props) {
  return tags.map((each) => (
    <button
      key={each}
      type="button"
      className="chip"
      aria-label={i18n._("Take {tag} off", { tag: each })}
      onClick={() => onTags(tags.filter((other) => other !== each))}
    >
      <b>{each}</b>
      <Icon name="close" />
    </button>
  ));
}
