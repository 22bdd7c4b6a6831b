/** What the server refused, and what somebody else changed meanwhile. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { api, type Order, taken } from "../../api/client";
import { complaintsElsewhere, Refused } from "../../api/problems";
import { Button } from "../../parts/button";
import { Complaints } from "../../parts/field";
import { useNow } from "../../parts/later";
import { useShop, useZone } from "../data";
import { told } from "../facts_told";
import { HistoryList } from "../history";

interface Props {
  order: Order;
  error: unknown;
  version: number;
  /** The fields that show their own complaints. */
  fields: readonly string[];
  onLook: () => void;
}

export function Refusal({ order, error, version, fields, onLook }: Props) {
  if (!error) return null;
  if (error instanceof Refused && error.isStale)
    return <Overtaken order={order} version={version} onLook={onLook} />;
  const sentences =
    error instanceof Refused
      ? complaintsElsewhere(error, fields)
      : [i18n._("The server does not answer. What you typed is still here: try again in a moment.")];
  return <Complaints sentences={sentences} />;
}

/** Nothing was written: the order changed while the dialog was open. What the other did stands beside what was typed. */
function Overtaken({ order, version, onLook }: { order: Order; version: number; onLook: () => void }) {
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const { data } = useQuery({
    queryKey: ["changes", order.id, "from", version],
    queryFn: ({ signal }) =>
      taken(
        api.GET("/api/v1/orders/{order_id}/diff", {
          params: { path: { order_id: order.id }, query: { from: version } },
          signal,
        }),
      ),
    staleTime: 0,
  });
  const entries = (data?.changes ?? []).map((each) => ({
    ...told({ topic: each.topic, summary: summaryOf(each.fields), changes: each.fields }),
    key: String(each.version),
    at: each.at,
    actor: each.actor,
    reason: each.reason,
  }));
  return (
    <div className="overtaken" role="alert">
      <p>
        <b>{i18n._("Somebody else changed this order while you were here. Nothing of yours was written.")}</b>
      </p>
      <HistoryList entries={entries} facts={facts} />
      <Button size="small" onClick={onLook}>
        {i18n._("Keep what I typed and go on")}
      </Button>
    </div>
  );
}

/** The few facts that a sentence needs, from the fields that changed. */
function summaryOf(
  fields: readonly { pointer: string; before?: unknown; after?: unknown }[],
): Record<string, unknown> {
  const status = fields.find((each) => each.pointer === "/status");
  return status ? { was: status.before, status: status.after } : {};
}
