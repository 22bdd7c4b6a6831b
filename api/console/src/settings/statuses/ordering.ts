/** The order of the statuses: which of them change their place, written one after the other on the version of the one before. */

import { i18n } from "@lingui/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Shop, type Versioned, versioned, writing } from "../../api/client";
import { say } from "../../parts/notices";
import { sentenceOf } from "../../parts/refused";
import { type DefinedStatus, settingsChanged, settingsQuery } from "../data";

const STEP = 10;

export const sortedStatuses = (statuses: readonly DefinedStatus[]): DefinedStatus[] =>
  [...statuses].sort((one, other) => one.position - other.position || one.code.localeCompare(other.code));

/** The statuses with one of them at another place, and places of their own for all. */
export function moved(statuses: readonly DefinedStatus[], code: string, to: number): DefinedStatus[] {
  const taken = statuses.find((each) => each.code === code);
  if (!taken) return [...statuses];
  const rest = statuses.filter((each) => each !== taken);
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, taken);
  return rest.map((each, at) => ({ ...each, position: at * STEP }));
}

/** What of a status its form carries. */
export function statusBody({ code: _, labels: __, ...body }: DefinedStatus) {
  return body;
}

export const putStatus = (status: DefinedStatus, headers: Record<string, string>) =>
  versioned(
    api.PUT("/api/v1/settings/statuses/{code}", {
      params: { path: { code: status.code } },
      body: statusBody(status),
      headers,
    }),
  );

export function useOrdering(shop: Versioned<Shop>) {
  const client = useQueryClient();
  const [shown, show] = useState<DefinedStatus[] | null>(null);
  const mutation = useMutation({
    mutationFn: async (wanted: readonly DefinedStatus[]) => {
      let standing = shop;
      for (const status of wanted) {
        const was = standing.data.statuses.find(({ code }) => code === status.code);
        if (!was || was.position === status.position) continue;
        const body = { ...was, position: status.position };
        standing = await putStatus(body, writing(crypto.randomUUID(), standing.version));
      }
      return standing;
    },
    onSuccess: (standing) => settingsChanged(client, standing),
    onError: (error) => {
      say(sentenceOf(error), { bad: true });
      void client.invalidateQueries({ queryKey: settingsQuery.queryKey });
    },
    onSettled: () => show(null),
  });
  const write = (wanted: DefinedStatus[]) => {
    if (mutation.isPending) return;
    show(wanted);
    mutation.mutate(wanted, { onSuccess: () => say(i18n._("The statuses have their new order.")) });
  };
  return { shown, busy: mutation.isPending, write };
}
