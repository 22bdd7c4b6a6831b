/** The live total: the server's answer to what is typed now. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, taken } from "../../api/client";
import { isPassing } from "../../api/problems";
import type { components } from "../../api/schema";
import { useSettled } from "../../parts/later";
import type { OrderRequest } from "./request";

export type Quote = components["schemas"]["QuoteAnswer"];
export interface Figures {
  quote: Quote;
  /** The keys of the lines that the answer's items are of. */
  keys: readonly string[];
}

const PAUSE_MS = 60;
const AGAIN_MS = 3000;

export interface LiveQuote {
  figures: Figures | undefined;
  /** Whether the figures are those of what is typed now. */
  isCurrent: boolean;
  error: unknown;
}

/** Each answer is kept under the request that it answers, so that one that comes late never stands for a later one. */
export function useQuote(request: OrderRequest): LiveQuote {
  const now = JSON.stringify(request);
  const asked = useSettled(now, PAUSE_MS);
  const answer = useQuery({
    queryKey: ["quote", asked],
    queryFn: async ({ signal }): Promise<Figures> => {
      const { body, keys } = JSON.parse(asked) as OrderRequest;
      const quote = await taken(api.POST("/api/v1/orders/quote", { body: body as never, signal }));
      return { quote, keys };
    },
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    gcTime: 60_000,
    refetchInterval: ({ state }) => (state.error && isPassing(state.error) ? AGAIN_MS : false),
  });
  return {
    figures: answer.data,
    isCurrent: asked === now && answer.isSuccess && !answer.isPlaceholderData,
    error: asked === now ? (answer.error ?? (answer.failureCount ? answer.failureReason : null)) : null,
  };
}
