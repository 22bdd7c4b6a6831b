/** Who else has this order open: told while it is looked at, and no longer once it is left. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, taken } from "../../api/client";
import { actorLabel } from "../../text/labels";

const BEAT_MS = 10_000;

const leave = (id: string) =>
  void api
    .DELETE("/api/v1/orders/{order_id}/presence", { params: { path: { order_id: id } }, keepalive: true })
    .catch(() => undefined);

function useOthers(id: string): readonly string[] {
  const { data } = useQuery({
    queryKey: ["presence", id],
    queryFn: ({ signal }) =>
      taken(api.POST("/api/v1/orders/{order_id}/presence", { params: { path: { order_id: id } }, signal })),
    refetchInterval: BEAT_MS,
    staleTime: 0,
    gcTime: 0,
  });
  useEffect(() => {
    const gone = () => leave(id);
    addEventListener("pagehide", gone);
    return () => {
      removeEventListener("pagehide", gone);
      gone();
    };
  }, [id]);
  return data?.others.map((each) => actorLabel(each.actor)) ?? [];
}

export function Others({ id }: { id: string }) {
  const names = useOthers(id);
  return (
    <span className="others" role="status">
      {names.length > 0 && (
        <>
          {names.slice(0, 3).map((name) => (
            <i key={name} className="face" aria-hidden="true">
              {name.slice(0, 2).toUpperCase()}
            </i>
          ))}
          <span>
            {i18n._("{count, plural, one {{names} has it open too} other {{names} have it open too}}", {
              count: names.length,
              names: names.join(", "),
            })}
          </span>
        </>
      )}
    </span>
  );
}
