/** Where the operator is in the list: its search, the highlighted row and what is selected. */

import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { OrderRow } from "../../api/client";
import { useSettled } from "../../parts/later";
import { takeLastSeen } from "../last_seen";
import type { ListSearch } from "../search";
import { extended, NOTHING, type Selection, toggled } from "./selection";

type Pressed = { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean };

/** The list's search as the address has it, and the ways to elsewhere. */
export function usePlaces() {
  const search = useSearch({ from: "/orders" });
  const navigate = useNavigate();
  const go = useCallback(
    (next: ListSearch, replace = false) => navigate({ to: "/orders", search: next, replace }),
    [navigate],
  );
  const open = useCallback(
    async (id: string) => {
      // The list's own entry first, so that going back comes to the same row.
      await navigate({ to: "/orders", search: (before) => ({ ...before, at: id }), replace: true });
      await navigate({ to: "/orders/$id", params: { id }, search: (before) => ({ ...before, at: id }) });
    },
    [navigate],
  );
  return { search, go, open };
}

/** What is selected of the list with these filters (`of`), and what a click on a row or its box does; `narrow`: there is no room beside the list. */
export function useSelection(
  rows: readonly OrderRow[],
  narrow: boolean,
  open: (id: string) => void,
  setAt: (id: string) => void,
  of: string,
) {
  const [held, hold] = useState({ of, selection: NOTHING });
  // Under other filters it is another list: nothing that is out of sight stays selected.
  const selection = held.of === of ? held.selection : NOTHING;
  const select = useCallback(
    (next: Selection | ((before: Selection) => Selection)) =>
      hold((before) => {
        const now = before.of === of ? before.selection : NOTHING;
        return { of, selection: typeof next === "function" ? next(now) : next };
      }),
    [of],
  );
  const ids = useMemo(() => rows.map((row) => row.id), [rows]);
  const onBox = useCallback(
    (id: string, event: Pick<Pressed, "shiftKey">) =>
      select((before) => (event.shiftKey ? extended(before, ids, id) : toggled(before, id, ids))),
    [ids, select],
  );
  const onRow = useCallback(
    (id: string, event: Pressed) => {
      if (event.shiftKey || event.ctrlKey || event.metaKey) onBox(id, event);
      else if (narrow) open(id);
      setAt(id);
    },
    [onBox, narrow, open, setAt],
  );
  return { ids, selection, select, onBox, onRow };
}

/** The highlighted row: moved at once, written into the address when it stands still. */
export function useHighlight(
  search: ListSearch,
  rows: readonly { id: string }[],
  phone: boolean,
  go: (next: ListSearch, replace?: boolean) => void,
) {
  const [chosen, setAt] = useState<string | null>(() => takeLastSeen() ?? search.at ?? null);
  const known = (id: string | null | undefined) => id && rows.some((row) => row.id === id);
  const present = known(chosen);
  const fallback = known(search.at) ? (search.at ?? null) : (rows[0]?.id ?? null);
  const at = present ? chosen : phone ? null : fallback;
  const settled = useSettled(present ? chosen : null, 400);
  const router = useRouter();
  useEffect(() => {
    // Whoever is on the way to another page is not called back.
    if (router.latestLocation.pathname !== "/orders") return;
    if (settled && settled !== search.at) go({ ...search, at: settled }, true);
  }, [settled, search, go, router]);
  return [at, setAt] as const;
}
