/** What the keys do in the list. */

import type { KeyMap } from "../../keys/keys";
import type { BulkKind } from "../bulk/kinds";
import type { DialogKind } from "../dialogs/kinds";
import type { ListSearch } from "../search";
import { extended, isEmpty, NOTHING, type Selection, toggled, WHOLE } from "./selection";

interface KeyFacts {
  ids: readonly string[];
  at: string | null;
  setAt: (id: string) => void;
  open: (id: string) => void;
  select: (selection: Selection) => void;
  selection: Selection;
  search: ListSearch;
  go: (search: ListSearch) => void;
  filter: (open: boolean) => void;
  openDialog: (kind: DialogKind) => void;
  /** What is done to the whole selection; left out for what the operator may not do. */
  bulk: (kind: BulkKind) => (() => void) | undefined;
}

export function listKeys({
  ids,
  at,
  setAt,
  open,
  select,
  selection,
  search,
  go,
  filter,
  openDialog,
  bulk,
}: KeyFacts): KeyMap {
  const index = at === null ? -1 : ids.indexOf(at);
  const to = (next: number, extend: boolean) => {
    const id = ids[Math.max(0, Math.min(ids.length - 1, next))];
    if (id === undefined) return false;
    if (extend) select(extended(selection.anchor || !at ? selection : toggled(selection, at, ids), ids, id));
    setAt(id);
  };
  const step =
    (by: number, extend = false) =>
    () =>
      to(index + by, extend);
  const selected = !isEmpty(selection);
  const onOrder = (kind: DialogKind) => () => (at && !selected ? openDialog(kind) : false);
  /** With a selection the key means all of it, never the highlighted order alone. */
  const onAll = (kind: BulkKind, single?: DialogKind) => () => {
    if (!selected) return single ? onOrder(single)() : false;
    bulk(kind)?.();
  };
  return {
    j: step(1),
    k: step(-1),
    arrowdown: step(1),
    arrowup: step(-1),
    "shift+j": step(1, true),
    "shift+k": step(-1, true),
    pagedown: step(20),
    pageup: step(-20),
    home: () => to(0, false),
    end: () => to(ids.length - 1, false),
    enter: () => (at ? open(at) : false),
    x: () => (at ? select(toggled(selection, at, ids)) : false),
    "shift+x": () => select(WHOLE),
    f: () => filter(true),
    "/": () => document.getElementById("search")?.focus(),
    e: onOrder("next"),
    s: onAll("status", "status"),
    t: onAll("tags", "ship"),
    o: onAll("operator"),
    p: onAll("print"),
    "shift+e": onAll("export"),
    b: onOrder("pay"),
    n: onOrder("note"),
    escape: () => {
      if (selected) select(NOTHING);
      else if (search.q) go({ ...search, q: undefined });
      else return false;
    },
  };
}
