/** Which columns are shown: those of the opened view, else those that the operator wants on this device. */

import { useCallback, useState } from "react";
import { keep, kept } from "../../text/device";
import type { View } from "../views";
import { columns } from "./columns";

const NAME = "columns";

const known = (ids: readonly string[]): readonly string[] => {
  const all = new Set(columns().map((each) => each.id));
  return ids.filter((id) => all.has(id));
};

function read(): readonly string[] {
  const chosen = known(kept(NAME)?.split(" ") ?? []);
  return chosen.length
    ? chosen
    : columns()
        .filter((each) => each.standard)
        .map((each) => each.id);
}

export function useShownColumns(
  view: View | undefined,
): [readonly string[], (chosen: readonly string[]) => void] {
  const [ours, setOurs] = useState(read);
  const [changed, change] = useState<{ id: string; columns: readonly string[] } | null>(null);
  const saved = view?.saved;
  const id = saved?.id;
  const choose = useCallback(
    (next: readonly string[]) => {
      if (id) return change(next.length ? { id, columns: next } : null);
      keep(NAME, next.length ? next.join(" ") : null);
      setOurs(next.length ? next : read());
    },
    [id],
  );
  if (!saved) return [ours, choose];
  const theirs = known(saved.columns);
  const chosen = changed && changed.id === id ? changed.columns : theirs.length ? theirs : ours;
  return [chosen, choose];
}
