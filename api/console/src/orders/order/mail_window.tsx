/** A mail as it was sent, in a frame that runs nothing and leads nowhere. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { api, taken } from "../../api/client";
import { Window } from "../../parts/window";
import { messageState } from "../../text/labels";

export default function MailWindow({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: mail } = useQuery({
    queryKey: ["message", id],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/messages/{message_id}", { params: { path: { message_id: id } }, signal })),
  });
  return (
    <Window title={mail?.subject ?? i18n._("Mail")} onClose={onClose}>
      <p className="quiet padded mail-to">
        {mail &&
          [mail.recipient && i18n._("to {address}", { address: mail.recipient }), messageState(mail.state)]
            .filter(Boolean)
            .join(" · ")}
      </p>
      <iframe
        className="mail-look tall"
        sandbox=""
        src={`/api/v1/messages/${id}/look`}
        title={mail?.subject ?? i18n._("Mail")}
      />
    </Window>
  );
}
