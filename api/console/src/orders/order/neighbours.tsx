/** The orders before and after one in the view it was opened from, and the way to them. */

import { i18n } from "@lingui/core";
import { type InfiniteData, keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, taken } from "../../api/client";
import { useKeys } from "../../keys/keys";
import { Button } from "../../parts/button";
import { localeTag } from "../../text/language";
import { orderQuery, type Page, timelineQuery } from "../data";
import { filtersOf, STANDARD_SORT } from "../search";

interface Beside {
  previous: string | null;
  next: string | null;
  /** From 1; null where the order is no longer in the view, or far down in it. */
  index: number | null;
  count?: { value: number; exact: boolean };
}

/** As the server has them; until it answers, as far as the list was read. */
function useNeighbours(id: string): Beside | undefined {
  const search = useSearch({ from: "/orders/$id" });
  const client = useQueryClient();
  const filters = filtersOf(search);
  const sort = search.sort ?? STANDARD_SORT;
  const { data, isPlaceholderData } = useQuery({
    queryKey: ["neighbours", id, filters, sort],
    queryFn: ({ signal }) => {
      const params = { path: { order_id: id }, query: { ...filters, sort } as never };
      return taken(api.GET("/api/v1/orders/{order_id}/neighbours", { params, signal }));
    },
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  if (data && !isPlaceholderData) return data;
  const read = client.getQueryData<InfiniteData<Page>>(["orders", filters, sort]);
  const ids = read?.pages.flatMap((page) => page.items.map((row) => row.id)) ?? [];
  const place = ids.indexOf(id);
  if (place < 0) return undefined;
  const beside = { previous: ids[place - 1] ?? null, next: ids[place + 1] ?? null, index: place + 1 };
  return data ? { ...beside, count: data.count } : beside;
}

export function Neighbours({ id }: { id: string }) {
  const beside = useNeighbours(id);
  const client = useQueryClient();
  const navigate = useNavigate();
  const { previous = null, next = null, index = null, count } = beside ?? {};
  useEffect(() => {
    // The next one is there before one asks for it.
    if (!next) return;
    void client.prefetchQuery(orderQuery(next));
    void client.prefetchQuery(timelineQuery(next));
  }, [next, client]);
  const to = (other: string | null) => () =>
    other
      ? navigate({
          to: "/orders/$id",
          params: { id: other },
          search: (before) => ({ ...before, at: other }),
          replace: true,
        })
      : false;
  const [back, on] = [to(previous), to(next)];
  useKeys({ j: on, k: back, "shift+j": on, "shift+k": back });
  if (!beside) return null;
  const written = (value: number) => new Intl.NumberFormat(localeTag()).format(value);
  const of = count && `${count.exact ? "" : "≈ "}${written(count.value)}`;
  return (
    <span className="neighbours">
      <Button
        icon="left"
        size="small"
        disabled={!previous}
        aria-label={i18n._("Previous order")}
        aria-keyshortcuts="k"
        title="k"
        onClick={back}
      />
      <span className="quiet">{[index === null ? "–" : written(index), of].filter(Boolean).join(" / ")}</span>
      <Button
        icon="right"
        size="small"
        disabled={!next}
        aria-label={i18n._("Next order")}
        aria-keyshortcuts="j"
        title="j"
        onClick={on}
      />
    </span>
  );
}
