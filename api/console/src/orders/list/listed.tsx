/** The rows of the list with what arrived since, or what stands in their place. */

import { i18n } from "@lingui/core";
import { type MouseEvent, useCallback, useMemo } from "react";
import { type FilterName, filtersOf, type ListSearch, withFilter } from "../search";
import type { useArrivals } from "./arrivals";
import { movedTo } from "./column_order";
import { columns as allColumns, type Facts } from "./columns";
import type { useOrderPages } from "./data";
import { Nothing } from "./nothing";
import { Rows } from "./rows";

interface Props {
  list: ReturnType<typeof useOrderPages>;
  arrivals: ReturnType<typeof useArrivals>;
  search: ListSearch;
  go: (search: ListSearch) => void;
  columns: readonly string[];
  onColumns: (columns: readonly string[]) => void;
  facts: Facts;
  cards: boolean;
  at: string | null;
  selected: ReadonlySet<string>;
  onRow: (id: string, event: MouseEvent) => void;
  onOpen: (id: string) => void;
  onBox: (id: string, event: MouseEvent) => void;
  onAll: () => void;
}

export function Listed({ list, arrivals, search, go, columns, onColumns, ...rest }: Props) {
  const { rows, hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const shown = useMemo(() => {
    const all = allColumns();
    return columns.flatMap((id) => all.find((each) => each.id === id) ?? []);
  }, [columns]);
  const onMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (rows.length === 0) {
    const filtered = Object.keys(filtersOf(search)).length > 0;
    const off = (names: readonly string[]) =>
      go(names.reduce((rest, name) => withFilter(rest, name as FilterName, undefined), search));
    return (
      <Nothing
        waiting={list.isPending}
        error={list.error}
        filtered={filtered}
        onAgain={list.refetch}
        onOff={off}
      />
    );
  }
  return (
    <>
      {arrivals.waiting > 0 && (
        <button type="button" className="arrivals" onClick={arrivals.show}>
          {i18n._("{count, plural, one {# new order: show it} other {# new orders: show them}}", {
            count: arrivals.waiting,
          })}
        </button>
      )}
      <Rows
        {...rest}
        rows={rows}
        columns={shown}
        onMove={(id, place) => onColumns(movedTo(columns, id, place))}
        fresh={arrivals.fresh}
        sort={search.sort}
        more={hasNextPage}
        onMore={onMore}
        onSort={(sort) => go({ ...search, sort })}
      />
    </>
  );
}
