/** What the changes would come to, told by the server while one types. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, type Order, taken } from "../../api/client";
import { isPassing } from "../../api/problems";
import type { components } from "../../api/schema";
import { useSettled } from "../../parts/later";
import type { ChangesRequest } from "./edits";

export type EditsPreview = components["schemas"]["EditsPreviewAnswer"];

const PAUSE_MS = 60;
const AGAIN_MS = 3000;

/** Each answer stands under the changes that it answers: one that comes late never stands for later ones. */
export function useEditsPreview(order: Order, { changes }: ChangesRequest) {
  const now = JSON.stringify(changes);
  const asked = useSettled(now, PAUSE_MS);
  const enabled = asked !== "[]";
  const answer = useQuery({
    queryKey: ["edits", order.id, order.version, asked],
    queryFn: ({ signal }) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/edits/preview", {
          params: { path: { order_id: order.id } },
          body: { changes: JSON.parse(asked) } as never,
          signal,
        }),
      ),
    enabled,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    gcTime: 60_000,
    refetchInterval: ({ state }) => (state.error && isPassing(state.error) ? AGAIN_MS : false),
  });
  const isSettled = asked === now;
  return {
    preview: enabled && now !== "[]" ? answer.data : undefined,
    isCurrent: isSettled && (!enabled || (answer.isSuccess && !answer.isPlaceholderData)),
    error:
      isSettled && enabled ? (answer.error ?? (answer.failureCount ? answer.failureReason : null)) : null,
  };
}
