/** A decision on an order: sent once, on the version that was looked at, and kept as typed where it is refused. */

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { type Order, writing } from "../../api/client";
import { Refused } from "../../api/problems";
import { say } from "../../parts/notices";
import { useOrderChanged } from "../data";
import { undoing } from "../undoing";

export interface Decision<Body> {
  send: (body: Body) => void;
  busy: boolean;
  error: unknown;
  /** The version that the decision stands on. */
  version: number;
  /** Stands on the order as it is now: what the other one did was looked at. */
  lookAgain: () => Promise<void>;
}

interface Options<Body> {
  order: Order;
  /** Makes the request; its headers carry the key and the version. */
  request: (body: Body, headers: Record<string, string>) => Promise<Order>;
  /** What is said when it is done. */
  done: (order: Order) => string;
  onClose: () => void;
}

export function useDecision<Body>({ order, request, done, onClose }: Options<Body>): Decision<Body> {
  const client = useQueryClient();
  const changed = useOrderChanged();
  const [version, setVersion] = useState(order.version);
  const sent = useRef({ text: "", key: "" });
  const standing = useRef(order.version);
  const looking = useRef<Promise<void>>(undefined);
  const mutation = useMutation({
    mutationFn: async (body: Body) => {
      await looking.current; // who goes on while the order is looked at again decides on what is found
      // The same decision sent again is the same request: whatever was lost on the way, it is done once.
      const text = JSON.stringify([body, standing.current]);
      if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
      return request(body, writing(sent.current.key, standing.current));
    },
    onSuccess: (after) => {
      changed(after);
      say(done(after), { undo: undoing(after, changed) });
      onClose();
    },
    onError: (error) => {
      if (error instanceof Refused && error.isStale)
        void client.invalidateQueries({ queryKey: ["order", order.id] });
    },
  });
  const look = async () => {
    await client.invalidateQueries({ queryKey: ["order", order.id] });
    const now = client.getQueryData<Order>(["order", order.id]);
    if (!now) return;
    standing.current = now.version;
    setVersion(now.version);
  };
  const lookAgain = () => {
    mutation.reset();
    looking.current = look();
    return looking.current;
  };
  return {
    send: (body) => !mutation.isPending && mutation.mutate(body),
    busy: mutation.isPending,
    error: mutation.error,
    version,
    lookAgain,
  };
}
