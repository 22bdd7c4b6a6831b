/** The tabs over the list: the views that every shop begins with, and those that operators saved. */

import { i18n } from "@lingui/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, type SavedView, taken } from "../api/client";
import { operatorName, useSession } from "../app/session";
import { type Filters, filtersOf, type ListSearch, readSearch, STANDARD_SORT, written } from "./search";

export interface View {
  id: string;
  name: string;
  filters: Filters;
  /** As it was saved; a view that every shop begins with has none. */
  saved?: SavedView;
}

const FRESH_MS = 60_000;

export function builtInViews(operator: string | undefined): View[] {
  const views: View[] = [
    { id: "all", name: i18n._("All"), filters: {} },
    { id: "new", name: i18n._("Waiting"), filters: { stage: ["pending"] } },
    { id: "prepare", name: i18n._("To prepare"), filters: { stage: ["processing"] } },
    { id: "unpaid", name: i18n._("Not paid"), filters: { payment_status: ["unpaid"] } },
    {
      id: "send",
      name: i18n._("To send"),
      filters: { stage: ["processing"], payment_status: ["paid"], fulfilment_status: ["unfulfilled"] },
    },
    { id: "hold", name: i18n._("On hold"), filters: { stage: ["on_hold"] } },
  ];
  if (operator) views.push({ id: "mine", name: i18n._("Mine"), filters: { operator: [operator] } });
  return views;
}

export const savedViewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: ({ signal }) => taken(api.GET("/api/v1/views", { signal })),
  staleTime: FRESH_MS,
});

const viewCountsQuery = queryOptions({
  queryKey: ["count", "views"],
  queryFn: ({ signal }) => taken(api.GET("/api/v1/views/counts", { signal })),
  staleTime: FRESH_MS,
});

export function useViews(): View[] {
  const { caller } = useSession();
  const { data } = useQuery(savedViewsQuery);
  return useMemo(() => {
    const saved = (data?.items ?? []).map((each) => ({
      id: each.id,
      name: each.name,
      filters: filtersOf(readSearch(each.filter)),
      saved: each,
    }));
    return [...builtInViews(operatorName(caller?.actor)), ...saved];
  }, [data, caller?.actor]);
}

/** How many orders each saved view has, by its id; null where its filter is of something that is no more. */
export function useViewCounts(wanted: boolean): Record<string, number | null> {
  const { data } = useQuery({ ...viewCountsQuery, enabled: wanted });
  return Object.fromEntries(Object.entries(data?.counts ?? {}).map(([id, { value }]) => [id, value]));
}

/** The saved view that was opened, else the one whose filters these are, if any. */
export function viewOf(views: readonly View[], search: ListSearch): View | undefined {
  const opened = search.view && views.find((each) => each.saved && each.id === search.view);
  if (opened) return opened;
  const wanted = written(filtersOf(search));
  return views.find((each) => written(each.filters) === wanted);
}

/** What the address is while a view is shown as it was saved. */
export function searchOf({ id, filters, saved }: View): ListSearch {
  if (!saved) return filters;
  const sort = saved.sort === STANDARD_SORT ? {} : { sort: saved.sort };
  return { ...filters, ...sort, view: id };
}

/** Whether what is shown is no longer what was saved. */
export function isChanged({ filters, saved }: View, search: ListSearch, columns: readonly string[]): boolean {
  if (!saved) return false;
  return (
    written(filters) !== written(filtersOf(search)) ||
    saved.sort !== (search.sort ?? STANDARD_SORT) ||
    (saved.columns.length > 0 && saved.columns.join() !== columns.join())
  );
}
