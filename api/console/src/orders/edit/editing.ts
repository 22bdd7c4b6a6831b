/** The changes of an order as they are typed, previewed and sent: on the version that was looked at, or not at all. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { api, type Order, taken } from "../../api/client";
import { Refused } from "../../api/problems";
import { useSession } from "../../app/session";
import { useDecision } from "../dialogs/deciding";
import { isOfLine } from "../new/cart_table";
import { useDraft } from "../new/draft";
import { complaintsOf } from "../new/refusals";
import type { Currency } from "../new/request";
import { changesOf, type Edits, noEdits, placeOfChange } from "./edits";
import { useEditsPreview } from "./preview";

const TERMS = ["coupons", "discount", "shipping_charge", "reason"];

const isEdits = (value: unknown): value is Edits => {
  const edits = value as Partial<Edits> | null;
  return typeof edits?.version === "number" && Array.isArray(edits.added) && typeof edits.lines === "object";
};

const isShown = (place: string) => TERMS.includes(place) || (place.includes("/") && isOfLine(place));

function useEdits(order: Order, currency: Currency) {
  const { caller } = useSession();
  const begin = useCallback(() => noEdits(order.version), [order.version]);
  const isBlank = useCallback(
    (edits: Edits) => changesOf(order, edits, currency).changes.length === 0 && edits.reason === "",
    [order, currency],
  );
  const name = `edit.${caller?.actor ?? ""}.${order.id}`;
  return useDraft<Edits>({ name, begin, isOne: isEdits, isBlank });
}

export function useEditing(order: Order, currency: Currency, onDone: () => void) {
  const client = useQueryClient();
  const draft = useEdits(order, currency);
  const { typed: edits, change } = draft;
  const request = changesOf(order, edits, currency);
  const live = useEditsPreview(order, request);
  const decision = useDecision<Record<string, unknown>>({
    order: { ...order, version: edits.version },
    request: (body, headers) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/edits", {
          params: { path: { order_id: order.id } },
          body: body as never,
          headers,
        } as never),
      ),
    done: (after) => i18n._("{number} is changed.", { number: after.number }),
    onClose: () => {
      draft.forget();
      onDone();
    },
  });
  const now = JSON.stringify(request.changes);
  const sent = useRef("");
  const accept = () => {
    if (request.changes.length === 0) return;
    sent.current = now;
    const reason = edits.reason.trim();
    decision.send({ changes: request.changes, ...(reason ? { reason } : {}) });
  };
  const look = async () => {
    await decision.lookAgain();
    const latest = client.getQueryData<Order>(["order", order.id]);
    if (latest) change((before) => ({ ...before, version: latest.version }));
  };
  const overtaken = decision.error instanceof Refused && decision.error.isStale ? decision.error : null;
  // A refusal is answered by whatever is typed next.
  const refused = overtaken === null && sent.current === now ? decision.error : null;
  const complaints = complaintsOf(
    refused ?? live.error,
    (pointer) => placeOfChange(pointer, request.about),
    isShown,
  );
  const { busy, version } = decision;
  return { draft, live, request, complaints, accept, look, overtaken, busy, version };
}
