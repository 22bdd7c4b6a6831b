/** The order of a number that is typed. */

import { useQuery } from "@tanstack/react-query";
import { api, type Order, taken } from "../api/client";
import { useSettled } from "../parts/later";
import { orderQuery } from "./data";

const SETTLE_MS = 200;

export function useNumbered(typed: string): { order: Order | undefined; isUnknown: boolean } {
  const number = useSettled(typed.trim(), SETTLE_MS);
  const { data: found } = useQuery({
    queryKey: ["numbered", number],
    queryFn: ({ signal }) => {
      const query = { number, limit: 1, archived: "all" as const };
      return taken(api.GET("/api/v1/orders", { params: { query }, signal }));
    },
    enabled: number !== "",
  });
  const isCurrent = number !== "" && number === typed.trim();
  const id = isCurrent ? found?.items[0]?.id : undefined;
  const { data } = useQuery({ ...orderQuery(id ?? ""), enabled: id !== undefined });
  return {
    order: id ? data : undefined,
    isUnknown: isCurrent && found !== undefined && found.items.length === 0,
  };
}
