/** A link by which a customer pays an order: made, mailed where wanted, and copied. */

import { i18n } from "@lingui/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, type Order, taken, writing } from "../api/client";
import { orderQuery } from "../orders/data";
import { Button } from "../parts/button";
import { Complaints } from "../parts/field";
import { CheckField } from "../parts/form";
import { copy } from "../parts/notices";
import { complaintsBeside } from "../parts/refused";
import { When } from "../parts/when";
import { Window } from "../parts/window";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";

interface Link {
  url: string;
  amount: Order["total"];
  expires_at: string;
}

export default function LinkWindow({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: order } = useQuery(orderQuery(id));
  const address = order?.billing_address?.email ?? "";
  const [mail, setMail] = useState(true);
  const sent = useRef({ mail: false, key: "" });
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => {
      const wanted = mail && address !== "";
      if (!sent.current.key || sent.current.mail !== wanted)
        sent.current = { mail: wanted, key: crypto.randomUUID() };
      return taken(
        api.POST("/api/v1/orders/{order_id}/payment-link", {
          params: { path: { order_id: id } },
          body: (wanted ? { mail: true } : {}) as never,
          headers: writing(sent.current.key),
        } as never),
      ) as Promise<Link>;
    },
  });
  const accept = () => {
    if (data) onClose();
    else if (!isPending && order) mutate();
  };
  const title = order ? i18n._("Link to pay {number}", { number: order.number }) : i18n._("Link to pay");
  return (
    <Window title={title} onClose={onClose} onAccept={accept} narrow>
      <div className="padded form">
        {!data && (
          <CheckField
            label={address ? i18n._("Mail it to {address}", { address }) : i18n._("Mail it")}
            {...(!address && {
              hint: i18n._("The order has no e-mail address: read it out, or send it yourself."),
            })}
            checked={mail && address !== ""}
            onChange={setMail}
          />
        )}
        <Complaints sentences={complaintsBeside(error, [])} />
        {data && <Made link={data} />}
      </div>
      <footer>
        <span className="grow" />
        <Button look="primary" shortcut="Ctrl ↵" disabled={isPending} onClick={accept}>
          {data ? i18n._("Done") : i18n._("Make the link")}
        </Button>
      </footer>
    </Window>
  );
}

function Made({ link }: { link: Link }) {
  return (
    <>
      <p className="due">
        <span className="quiet">{i18n._("To be paid")}</span>
        <b>{moneyText(link.amount, localeTag())}</b>
      </p>
      <div className="line">
        <input
          className="input"
          readOnly
          aria-label={i18n._("Payment link")}
          value={link.url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button icon="copy" onClick={() => copy(link.url, i18n._("The payment link is on the clipboard."))}>
          {i18n._("Copy")}
        </Button>
      </div>
      <p className="quiet">
        {i18n._("It can be paid until")} <When at={link.expires_at} />
      </p>
    </>
  );
}
