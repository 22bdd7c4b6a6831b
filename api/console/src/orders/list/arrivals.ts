/** What happens to the list while one reads: rows are renewed where they stand, new orders wait until they are asked for. */

import { type InfiniteData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { api, type OrderRow, taken } from "../../api/client";
import { type Page, useRowsChanged } from "../data";
import { type News, useNews } from "../following";
import { filtersOf, type ListSearch, STANDARD_SORT } from "../search";
import { PAGE, page } from "./data";

/** Rows that are looked at for new orders at every news. */
const HEAD = 50;
/** Rows below the head that are read one by one; more of them are read by pages. */
const MOST_RENEWED = 12;
const COUNT_AGAIN_MS = 15_000;

type Pages = InfiniteData<Page, string | undefined>;

export function useArrivals(search: ListSearch, rows: readonly OrderRow[], renew: () => Promise<unknown>) {
  const filters = filtersOf(search);
  const sort = search.sort ?? STANDARD_SORT;
  const client = useQueryClient();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const rowsChanged = useRowsChanged();
  const { data, refetch } = useQuery({
    queryKey: ["arrivals", filters, sort],
    queryFn: ({ signal }) => page(filters, sort, HEAD, undefined, signal),
    enabled: false,
    staleTime: 0,
  });
  const known = useMemo(() => new Map(rows.map((each) => [each.id, each.version])), [rows]);
  useNews(async (news) => {
    // Where nothing stands, nothing moves.
    void (rows.length > 0 ? refetch() : renew());
    const old = outdated(news, known);
    const params = client.getQueryData<Pages>(["orders", filters, sort])?.pageParams ?? [];
    const many = old.length > MOST_RENEWED;
    const found = await (many
      ? Promise.all(params.map(async (cursor) => (await page(filters, sort, PAGE, cursor)).items))
      : Promise.all(old.map(async (id) => [await order(id)]))
    ).catch(() => []);
    if (found.length) rowsChanged(found.flat());
  });
  useCountAgain();
  useEffect(() => {
    const moved = data?.items.filter((each) => (known.get(each.id) ?? each.version) < each.version) ?? [];
    if (moved.length) rowsChanged(moved);
  }, [data, known, rowsChanged]);
  const waiting = useMemo(
    () => (known.size ? (data?.items ?? []).filter((each) => !known.has(each.id)).map(({ id }) => id) : []),
    [data, known],
  );
  const show = async () => {
    setFresh(new Set([...fresh, ...waiting]));
    // What comes first is read, and the rest as one scrolls: not all the pages that were read before.
    client.setQueryData<Pages>(
      ["orders", filters, sort],
      (before) => before && { pages: before.pages.slice(0, 1), pageParams: before.pageParams.slice(0, 1) },
    );
    await renew();
  };
  return { waiting: waiting.length, fresh, show };
}

const order = (id: string): Promise<OrderRow> =>
  taken(api.GET("/api/v1/orders/{order_id}", { params: { path: { order_id: id } } }));

/** The rows below the head that are older than the news says. */
function outdated({ versions }: News, known: ReadonlyMap<string, number>): string[] {
  const below = [...known.keys()].slice(HEAD);
  return below.filter((id) => (versions.get(id) ?? 0) > (known.get(id) ?? 0));
}

/** Counts the tabs anew at news, but not more often than now and then. */
function useCountAgain(): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const counted = useRef(performance.now());
  useEffect(() => () => clearTimeout(timer.current), []);
  useNews(({ versions }) => {
    if (timer.current !== undefined || versions.size === 0) return;
    const wait = Math.max(0, counted.current + COUNT_AGAIN_MS - performance.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      counted.current = performance.now();
      void client.invalidateQueries({ queryKey: ["count"] });
    }, wait);
  });
}
