/** A list of the API read page by page. */

import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";

interface Page<Row> {
  items: Row[];
  next: string | null;
  count?: { value: number; exact: boolean } | null | undefined;
}

/** Rows as far as they were read, how many there are where the list tells, and how further ones are read. */
export function usePaged<Row>(
  key: readonly unknown[],
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Row>>,
  enabled = true,
) {
  const answer = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
  const rows = useMemo(() => answer.data?.pages.flatMap((each) => each.items), [answer.data]);
  const more = {
    has: answer.hasNextPage,
    busy: answer.isFetchingNextPage,
    read: () => {
      if (!answer.isFetchingNextPage) void answer.fetchNextPage();
    },
  };
  return { rows, more, count: answer.data?.pages[0]?.count ?? undefined, error: answer.error };
}
