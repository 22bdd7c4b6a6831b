/** The order as it was after one of its events: what is shown then, and what it is compared with. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect } from "react";
import type { Order } from "../../api/client";
import { useMay } from "../../app/session";
import { orderThenQuery } from "../data";

export interface Past {
  /** The version that is shown. */
  version: number;
  now: Order;
}

const Shown = createContext<Past | null>(null);

export const PastShown = Shown.Provider;

/** Which past is shown; the present: null. */
export const usePast = (): Past | null => useContext(Shown);

/** What the operator may do to what is shown: nothing is done to the past. */
export function useMayDo(): (permission: string) => boolean {
  const may = useMay();
  const past = usePast();
  return past ? () => false : may;
}

/** The order after one of its versions; while it is read, the one that was shown before. */
export function useOrderThen(now: Order | undefined, version: number | null): Order | undefined {
  const client = useQueryClient();
  const id = now?.id ?? "";
  const asked = version ?? 0;
  const { data } = useQuery({
    ...orderThenQuery(id, asked),
    enabled: now !== undefined && version !== null,
    placeholderData: (before) => before,
  });
  useEffect(() => {
    if (version === null) return;
    // The slider goes on to the one before or after.
    for (const beside of [asked - 1, asked + 1])
      if (beside > 0 && beside <= (now?.version ?? 0)) void client.prefetchQuery(orderThenQuery(id, beside));
  }, [client, id, asked, version, now?.version]);
  return version === null ? now : data?.id === id ? data : now;
}
