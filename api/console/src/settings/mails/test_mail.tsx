/** The mail sent on trial to an address of one's own; what became of it is told. */

import { i18n } from "@lingui/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Shop, taken, writing } from "../../api/client";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { Complaints, TextField } from "../../parts/field";
import { complaintOf, complaintsBeside } from "../../parts/refused";
import { messageState } from "../../text/labels";
import type { Occasion } from "./data";

const LOOK_AGAIN_MS = 1000;
const OPEN = new Set(["requested", "rendered"]);

interface Props {
  occasion: Occasion;
  orderId: string | undefined;
  shop: Shop;
  isTouched: boolean;
}

export function TestMail({ occasion, orderId, shop, isTouched }: Props) {
  const may = useMay()("messages:write");
  const [typed, setTyped] = useState<string>();
  const to = typed ?? shop.administrators[0] ?? "";
  const sent = useMutation({
    mutationFn: () =>
      taken(
        api.POST("/api/v1/orders/{order_id}/messages/test", {
          params: { path: { order_id: orderId ?? "" } },
          body: { status: occasion.status, locale: occasion.locale, to: to.trim() },
          headers: writing(crypto.randomUUID()),
        } as never),
      ) as Promise<{ id: string; state: string }>,
  });
  const { data: message } = useQuery({
    queryKey: ["message", sent.data?.id],
    queryFn: ({ signal }) =>
      taken(
        api.GET("/api/v1/messages/{message_id}", {
          params: { path: { message_id: sent.data?.id ?? "" } },
          signal,
        }),
      ),
    enabled: sent.data !== undefined,
    refetchInterval: ({ state }) => (OPEN.has(state.data?.state ?? "requested") ? LOOK_AGAIN_MS : false),
  });
  if (!may) return null;
  const state = message?.state ?? sent.data?.state;
  return (
    <form
      className="sheet"
      aria-label={i18n._("Test mail")}
      onSubmit={(event) => {
        event.preventDefault();
        sent.mutate();
      }}
    >
      <header>
        <h2>{i18n._("Test mail")}</h2>
      </header>
      <div className="padded form">
        <TextField
          label={i18n._("To")}
          inputMode="email"
          value={to}
          complaint={complaintOf(sent.error, "/to")}
          onChange={(event) => setTyped(event.target.value)}
        />
        <p className="line wrap">
          <Button icon="mail" type="submit" disabled={!orderId || !to.trim() || isTouched || sent.isPending}>
            {i18n._("Send a test mail")}
          </Button>
          <span className="quiet" role="status">
            {testWords(isTouched, orderId, state)}
          </span>
        </p>
        <Complaints sentences={complaintsBeside(sent.error, ["/to"])} />
      </div>
    </form>
  );
}

function testWords(isTouched: boolean, orderId: string | undefined, state: string | undefined): string {
  if (isTouched) return i18n._("It says what is saved: save first.");
  if (!orderId) return i18n._("Choose an order that fills it in.");
  if (state) return messageState(state);
  return i18n._("The customer gets nothing.");
}
