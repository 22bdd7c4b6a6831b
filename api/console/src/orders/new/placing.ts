/** Sending the order once, however often it is sent, and what comes after. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, type Order, taken, writing } from "../../api/client";
import { keep, kept } from "../../text/device";
import type { Cart } from "./cart";
import type { LiveQuote } from "./quote";
import { type Currency, orderRequest } from "./request";

/** What is wanted with the order: placed and shown, paid at once, a link sent, or kept as a draft. */
export type Wanted = "place" | "pay" | "link" | "draft";

interface Sent {
  text: string;
  key: string;
}

/** The key of a request: the same for the same request, also after the page was closed before its answer came. */
function keyOf(name: string, text: string): string {
  const [before = "", key = ""] = (kept(name) ?? "").split("\n");
  const print = fingerprint(text);
  if (before === print && key) return key;
  const made = crypto.randomUUID();
  keep(name, `${print}\n${made}`);
  return made;
}

/** Tells requests of one draft apart; nobody is to read the request from it. */
function fingerprint(text: string): string {
  let hash = 0n;
  for (const sign of text) hash = (hash * 1_000_003n + BigInt(sign.codePointAt(0) ?? 0)) % (1n << 64n);
  return hash.toString(36);
}

interface Facts {
  cart: Cart;
  currency: Currency;
  quote: LiveQuote;
  /** The name under which this device keeps the key. */
  keyName: string;
  onDone: (order: Order, wanted: Wanted) => void;
  /** The total is refused already, so that there is nothing to send. */
  onBlocked: () => void;
}

export function usePlacing({ cart, currency, quote, keyName, onDone, onBlocked }: Facts) {
  const client = useQueryClient();
  const [wanted, want] = useState<Wanted | null>(null);
  const sent = useRef<Sent>({ text: "", key: "" });
  const mutation = useMutation({
    mutationFn: (how: Wanted) => {
      const quoted = quote.figures?.quote.total;
      const { body } = orderRequest(cart, currency, how !== "draft");
      const whole = quoted ? { ...body, quoted_total: quoted } : body;
      const text = JSON.stringify(whole);
      if (sent.current.text !== text) sent.current = { text, key: keyOf(keyName, text) };
      return taken(
        api.POST("/api/v1/orders", { body: whole as never, headers: writing(sent.current.key) } as never),
      ) as Promise<Order>;
    },
    onSuccess: (order, how) => {
      keep(keyName, null);
      client.setQueryData(["order", order.id], order);
      for (const name of ["orders", "count", "stock"]) void client.invalidateQueries({ queryKey: [name] });
      onDone(order, how);
    },
    onError: () => void client.invalidateQueries({ queryKey: ["quote"] }),
  });
  const { mutate, isPending } = mutation;
  const blocked = useRef(onBlocked);
  blocked.current = onBlocked;
  useEffect(() => {
    // The order stands on the total that is shown: it goes when the server has told that of the last key.
    if (wanted === null || isPending || (!quote.isCurrent && !quote.error)) return;
    want(null);
    if (quote.error) blocked.current();
    else mutate(wanted);
  }, [wanted, isPending, quote.isCurrent, quote.error, mutate]);
  const typed = JSON.stringify(cart);
  const answered = useRef(typed);
  const { reset, isError } = mutation;
  useEffect(() => {
    // Whatever is typed next answers the refusal.
    if (isError && answered.current !== typed) reset();
    answered.current = typed;
  }, [typed, isError, reset]);
  return {
    send: (how: Wanted) => {
      // A field that is done when it is left, such as a coupon, is left before the order goes.
      const field = document.activeElement;
      if (field instanceof HTMLElement) {
        field.blur();
        field.focus();
      }
      if (!isPending) want(how);
    },
    busy: isPending || wanted !== null,
    isSending: isPending,
    error: mutation.error,
  };
}
