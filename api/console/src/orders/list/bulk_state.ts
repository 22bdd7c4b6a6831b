/** What is being done to the whole selection, and whether one may. */

import { useState } from "react";
import { useMay } from "../../app/session";
import { type BulkKind, NEEDED } from "../bulk/kinds";

export function useBulk() {
  const may = useMay();
  const [kind, open] = useState<BulkKind | null>(null);
  return { kind, open, may: (wanted: BulkKind) => (may(NEEDED[wanted]) ? () => open(wanted) : undefined) };
}
