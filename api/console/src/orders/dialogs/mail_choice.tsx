/** Whether the customer is told by mail, and the mail as they would read it. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { api, type Order, taken } from "../../api/client";
import { Key } from "../../parts/button";

interface Props {
  order: Order;
  /** The status whose mail it is. */
  status: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function MailChoice({ order, status, checked, onChange }: Props) {
  const { data: mail } = useQuery({
    queryKey: ["mail", order.id, order.version, status],
    queryFn: ({ signal }) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/messages/preview", {
          params: { path: { order_id: order.id } },
          body: { status },
          signal,
        }),
      ),
    enabled: Boolean(order.mails_to),
  });
  if (!order.mails_to)
    return <p className="quiet">{i18n._("The customer has no e-mail address: nobody is told.")}</p>;
  return (
    <div className="mail-choice">
      <label className="check">
        <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
        {i18n._("Tell the customer")} <Key>m</Key>
      </label>
      <div className={checked ? "mail" : "mail off"} aria-hidden={!checked}>
        <h3>{mail?.subject ?? "…"}</h3>
        {mail && (
          <iframe
            className="mail-look"
            sandbox=""
            src={`/api/v1/orders/${order.id}/messages/look?status=${encodeURIComponent(status)}`}
            title={mail.subject}
          />
        )}
      </div>
      <p className="quiet">{i18n._("to {address}", { address: order.mails_to })}</p>
    </div>
  );
}
