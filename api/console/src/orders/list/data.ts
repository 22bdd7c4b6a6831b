/** The pages of the list, what arrived since, and how many orders a view has. */

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, type Summary, taken } from "../../api/client";
import { type Filters, filtersOf, type ListSearch, STANDARD_SORT } from "../search";
import type { Target } from "./selection";

export const PAGE = 100;
/** Sums of more orders than this are not shown beside the count. */
const MOST_SUMMED = 10_000;

/** A page of the list, from a cursor on or from its beginning. */
export function page(filters: Filters, sort: string, limit: number, cursor?: string, signal?: AbortSignal) {
  const query = { ...filters, sort, limit, cursor };
  return taken(
    api.GET("/api/v1/orders", { params: { query: query as never }, ...(signal ? { signal } : {}) }),
  );
}

export function useOrderPages(search: ListSearch) {
  const filters = filtersOf(search);
  const sort = search.sort ?? STANDARD_SORT;
  const answer = useInfiniteQuery({
    queryKey: ["orders", filters, sort],
    queryFn: ({ pageParam, signal }) => page(filters, sort, PAGE, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  const rows = useMemo(() => answer.data?.pages.flatMap((each) => each.items) ?? [], [answer.data]);
  return { ...answer, rows };
}

/** How many orders a view has: quick at any size, so not to the last one where there are many. */
export function useCount(filters: Filters): number | undefined {
  const answer = useQuery({
    queryKey: ["count", filters],
    queryFn: async ({ signal }) => {
      const query = { ...filters, limit: 1, count: "estimate" } as never;
      return (await taken(api.GET("/api/v1/orders", { params: { query }, signal }))).count?.value;
    },
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
  return answer.data;
}

/** What orders come to, currency by currency, as the server sums it. */
export function useSummary(target: Target | null): Summary | undefined {
  const answer = useQuery({
    queryKey: ["count", "sums", target],
    queryFn: ({ signal }) =>
      taken(api.POST("/api/v1/orders/summary", { body: (target ?? {}) as never, signal })),
    enabled: target !== null,
    staleTime: 30_000,
    placeholderData: keepPreviousData,
  });
  return target === null ? undefined : answer.data;
}

/** The same for all that a search leaves, where they are not too many to sum up at every look. */
export function useSumOf(search: ListSearch, count: number | undefined): Summary | undefined {
  const few = count !== undefined && count > 0 && count <= MOST_SUMMED;
  return useSummary(few ? { filter: filtersOf(search) } : null);
}
