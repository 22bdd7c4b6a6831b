/** A payment link for the order that was just placed: mailed where there is an address, and to be copied. */

import { i18n } from "@lingui/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, type Order, taken, writing } from "../../api/client";
import { Button } from "../../parts/button";
import { Complaints } from "../../parts/field";
import { copy } from "../../parts/notices";
import { Window } from "../../parts/window";
import { localeTag } from "../../text/language";
import { moneyText } from "../../text/money";
import { complaintsOf } from "./refusals";

interface Props {
  order: Order;
  mailTo: string;
  onClose: () => void;
}

export default function LinkWindow({ order, mailTo, onClose }: Props) {
  const key = useRef(crypto.randomUUID());
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () =>
      taken(
        api.POST("/api/v1/orders/{order_id}/payment-link", {
          params: { path: { order_id: order.id } },
          body: (mailTo ? { mail: true } : {}) as never,
          headers: writing(key.current),
        } as never),
      ) as Promise<{ url: string; amount: Order["total"]; expires_at: string }>,
  });
  useEffect(() => mutate(), [mutate]);
  const refused = complaintsOf(
    error,
    () => "",
    () => false,
  );
  const take = () => data && copy(data.url, i18n._("The payment link is on the clipboard."));
  return (
    <Window
      title={i18n._("Payment link of {number}", { number: order.number })}
      onClose={onClose}
      onAccept={onClose}
      narrow
    >
      <div className="padded form">
        {isPending && <p className="quiet">{i18n._("Making the link…")}</p>}
        {error && (
          <>
            <p>{i18n._("{number} is placed; there is no link.", { number: order.number })}</p>
            <Complaints sentences={refused.elsewhere} />
          </>
        )}
        {data && (
          <>
            <p className="due">
              <span className="quiet">{i18n._("To be paid")}</span>
              <b>{moneyText(data.amount, localeTag())}</b>
            </p>
            <div className="line">
              <input
                className="input"
                readOnly
                aria-label={i18n._("Payment link")}
                value={data.url}
                onFocus={(event) => event.currentTarget.select()}
              />
              <Button icon="copy" onClick={take}>
                {i18n._("Copy")}
              </Button>
            </div>
            <p className="quiet">
              {mailTo
                ? i18n._("It was mailed to {address}.", { address: mailTo })
                : i18n._("There is no e-mail address: read it out, or send it yourself.")}
            </p>
          </>
        )}
      </div>
      <footer>
        <span className="grow" />
        {error && <Button onClick={() => mutate()}>{i18n._("Try again")}</Button>}
        <Button look="primary" shortcut="Ctrl ↵" onClick={onClose}>
          {i18n._("To the order")}
        </Button>
      </footer>
    </Window>
  );
}
