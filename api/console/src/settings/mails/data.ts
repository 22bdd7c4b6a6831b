/** A mail's template, and the mail that it makes of a real order while it is typed. */

import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, taken, versioned } from "../../api/client";
import { useSettled } from "../../parts/later";

export interface Words {
  subject: string;
  html: string;
  text: string;
}

export interface Occasion {
  /** A status, or another occasion of a mail. */
  status: string;
  locale: string;
}

const SETTLE_MS = 350;
const NEWEST = 25;

export const templateQuery = ({ status, locale }: Occasion) =>
  queryOptions({
    queryKey: ["template", status, locale],
    queryFn: ({ signal }) =>
      versioned(
        api.GET("/api/v1/templates/{status}/{locale}", { params: { path: { status, locale } }, signal }),
      ),
    staleTime: 0,
  });

/** The newest orders, to try a template on. */
export function useOrdersToTry() {
  const { data } = useQuery({
    queryKey: ["orders-to-try"],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/orders", { params: { query: { limit: NEWEST } }, signal })),
    staleTime: 60_000,
  });
  return data?.items;
}

/** The mail that these words make of an order, once they stand still; the last good one stays where they fail. */
export function useMailMade({ status }: Occasion, words: Words, orderId: string | undefined) {
  const settled = useSettled(words, SETTLE_MS);
  return useQuery({
    queryKey: ["mail-made", status, orderId, settled],
    queryFn: async ({ signal }) => {
      const body = { ...settled, status, ...(orderId ? { order_id: orderId } : {}) };
      const made = await taken(api.POST("/api/v1/templates/preview", { body, signal }));
      // The frame asks for it by the draft: a page of its own, with a policy of its own.
      const params = { path: { name: "template" } };
      await taken(api.PUT("/api/v1/drafts/{name}", { params, body: { content: body }, signal }));
      return { ...made, at: performance.now() };
    },
    enabled: orderId !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 0,
    gcTime: 0,
  });
}
