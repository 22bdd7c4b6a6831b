/** What every form about many orders takes, and the reason that each of them may be given. */

import { i18n } from "@lingui/core";
import type { BulkPreview } from "../../api/client";
import { TextField } from "../../parts/field";
import type { BulkFacts } from "./asking";

export interface FormProps {
  facts: BulkFacts | null;
  /** The facts as far as they are complete; null while something is missing. */
  onChange: (facts: BulkFacts | null) => void;
  preview: BulkPreview | undefined;
}

/** Why it is done: it stands in the history of each order. */
export function Reason({ value, onChange }: { value: string; onChange: (reason: string) => void }) {
  return (
    <TextField
      label={i18n._("Reason (optional)")}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

export const reasonOf = (reason: string): BulkFacts => (reason.trim() ? { reason: reason.trim() } : {});
