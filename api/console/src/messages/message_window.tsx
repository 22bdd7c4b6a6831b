/** A mail as it was sent, and what can be done about it: sent again, also elsewhere; said to have come back. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, taken, writing } from "../api/client";
import { useMay } from "../app/session";
import { useAct } from "../parts/back";
import { Button } from "../parts/button";
import { TextField } from "../parts/field";
import { complaintOf } from "../parts/refused";
import { Window } from "../parts/window";
import { stateText } from "./words";

interface Props {
  id: string;
  /** Shows another one: that which was just sent. */
  onOpen: (id: string) => void;
  onClose: () => void;
}

export default function MessageWindow({ id, onOpen, onClose }: Props) {
  const may = useMay();
  const path = { message_id: id };
  const { data: mail } = useQuery({
    queryKey: ["message", id],
    queryFn: ({ signal }) => taken(api.GET("/api/v1/messages/{message_id}", { params: { path }, signal })),
    staleTime: 0,
  });
  const to = mail?.recipient && i18n._("to {address}", { address: mail.recipient });
  return (
    <Window title={mail?.subject ?? i18n._("Mail")} onClose={onClose}>
      <div className="message-window">
        <p className="quiet padded mail-to">
          {mail && [to, stateText(mail.state), mail.code].filter(Boolean).join(" · ")}
        </p>
        {mail?.reply && <p className="padded late">{mail.reply}</p>}
        {may("personal:read") && (
          <iframe
            className="mail-look"
            sandbox=""
            src={`/api/v1/messages/${id}/look`}
            title={mail?.subject ?? i18n._("Mail")}
          />
        )}
        {may("messages:write") && mail && (
          <Again id={id} onOpen={onOpen} mayBounce={mail.state !== "bounced"} />
        )}
      </div>
    </Window>
  );
}

interface AgainProps {
  id: string;
  onOpen: (id: string) => void;
  mayBounce: boolean;
}

function Again({ id, onOpen, mayBounce }: AgainProps) {
  const [to, setTo] = useState("");
  const key = useRef(crypto.randomUUID());
  const params = { path: { message_id: id } };
  const resend = useAct({
    act: () =>
      taken(
        api.POST("/api/v1/messages/{message_id}/resend", {
          params,
          body: to.trim() ? { to: to.trim() } : {},
          headers: writing(key.current),
        } as never),
      ) as Promise<{ id: string; recipient: string | null }>,
    done: ({ recipient }) =>
      recipient
        ? i18n._("It is sent again, to {address}.", { address: recipient })
        : i18n._("It is sent again."),
    renews: ["messages"],
    after: (again) => onOpen(again.id),
  });
  const bounce = useAct({
    act: () => taken(api.POST("/api/v1/messages/{message_id}/bounce", { params, body: {} })),
    done: () => i18n._("It is noted that this mail came back."),
    renews: ["messages", "message"],
  });
  return (
    <form
      className="again"
      onSubmit={(event) => {
        event.preventDefault();
        if (!resend.isPending) resend.mutate(undefined);
      }}
    >
      <TextField
        label={i18n._("Send it to another address; empty: to the one that is known now")}
        type="email"
        value={to}
        complaint={complaintOf(resend.error, "/to")}
        onChange={(event) => {
          setTo(event.target.value);
          key.current = crypto.randomUUID();
        }}
      />
      <Button type="submit" look="primary" disabled={resend.isPending}>
        {i18n._("Send again")}
      </Button>
      {mayBounce && (
        <Button disabled={bounce.isPending} onClick={() => bounce.mutate(undefined)}>
          {i18n._("It came back")}
        </Button>
      )}
    </form>
  );
}
