/** A status is taken off: how many orders have it is told before, and where they can be moved. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, type Shop, taken, type Versioned, versioned, writing } from "../../api/client";
import { Confirm } from "../../parts/confirm";
import { say } from "../../parts/notices";
import { statusLabel } from "../../text/labels";
import { type DefinedStatus, settingsChanged, takeBack } from "../data";
import { putStatus } from "./ordering";

interface Props {
  shop: Versioned<Shop>;
  status: DefinedStatus;
  onClose: () => void;
}

export function RetireStatus({ shop, status, onClose }: Props) {
  const client = useQueryClient();
  const name = statusLabel(status);
  const changed = (answer: Versioned<Shop>) => settingsChanged(client, answer);
  const { data: count } = useQuery({
    queryKey: ["count", "of-status", status.code],
    queryFn: async ({ signal }) => {
      const query = { status: [status.code], archived: "all", limit: 1, count: "exact" } as never;
      return (await taken(api.GET("/api/v1/orders", { params: { query }, signal }))).count?.value ?? 0;
    },
    staleTime: 0,
  });
  return (
    <Confirm
      title={i18n._("Take {name} off", { name })}
      action={i18n._("Take it off")}
      disabled={count === undefined}
      act={async () => {
        const params = { path: { code: status.code } };
        const headers = writing(crypto.randomUUID(), shop.version);
        const answer = await versioned(api.DELETE("/api/v1/settings/statuses/{code}", { params, headers }));
        changed(answer);
        say(i18n._("{name} is offered no longer.", { name }), {
          undo: () => takeBack(putStatus(status, writing(crypto.randomUUID(), answer.version)), changed),
        });
      }}
      onDone={onClose}
      onClose={onClose}
    >
      <p>
        {count === undefined && "…"}
        {count === 0 && i18n._("No order has it.")}
        {count !== undefined &&
          count > 0 &&
          i18n._(
            "{count, plural, one {# order has it and keeps it: it will show the code alone.} other {# orders have it and keep it: they will show the code alone.}}",
            { count },
          )}
      </p>
      {count !== undefined && count > 0 && (
        <p>
          <Link className="link" to="/orders" search={{ status: [status.code], archived: "all" }}>
            {i18n._("Show them, and move them to another status first")}
          </Link>
        </p>
      )}
    </Confirm>
  );
}
