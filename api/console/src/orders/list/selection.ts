/** Which orders are selected: by id, so that a row that moves keeps its mark, or all that the filters leave. */

import type { Filters } from "../search";

export interface Selection {
  ids: ReadonlySet<string>;
  /** Where extending begins. */
  anchor: string | null;
  /** Everything that the filters leave, also what is not loaded. */
  whole?: boolean;
}

/** Orders as the API is told them. */
export type Target = { ids: string[] } | { filter: Filters & { sort?: string } };

export const NOTHING: Selection = { ids: new Set(), anchor: null };
export const WHOLE: Selection = { ids: new Set(), anchor: null, whole: true };

/** The rows that are marked, of those that are loaded. */
export const marked = ({ ids, whole }: Selection, order: readonly string[]): ReadonlySet<string> =>
  whole ? new Set(order) : ids;

export const isEmpty = ({ ids, whole }: Selection): boolean => !whole && ids.size === 0;

/** A row is put to the selection, or taken off it; taken off everything, what is loaded is left. */
export function toggled(selection: Selection, id: string, order: readonly string[] = []): Selection {
  const ids = new Set(marked(selection, order));
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/** Everything from the anchor to a row, both included, is selected besides what was. */
export function extended(selection: Selection, order: readonly string[], to: string): Selection {
  if (selection.whole) return selection;
  const from = selection.anchor && order.includes(selection.anchor) ? selection.anchor : to;
  const [first, last] = [order.indexOf(from), order.indexOf(to)].sort((a, b) => a - b) as [number, number];
  return { ids: new Set([...selection.ids, ...order.slice(first, last + 1)]), anchor: from };
}

/** All of what is loaded, or nothing where all of it is selected. */
export function allToggled(selection: Selection, order: readonly string[]): Selection {
  const all = selection.whole || order.every((id) => selection.ids.has(id));
  return all ? NOTHING : { ids: new Set(order), anchor: order[0] ?? null };
}

/** The selection for the API: picked orders as the list has them, then those that are no longer loaded. */
export function targetOf(
  selection: Selection,
  order: readonly string[],
  filters: Filters,
  sort?: string,
): Target {
  if (selection.whole) return { filter: sort ? { ...filters, sort } : filters };
  const loaded = order.filter((id) => selection.ids.has(id));
  const rest = [...selection.ids].filter((id) => !order.includes(id));
  return { ids: [...loaded, ...rest] };
}
