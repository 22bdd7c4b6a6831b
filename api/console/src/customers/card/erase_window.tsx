/** A person is forgotten: what that reaches, what stays and why, told before it is done. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, taken, type Versioned, writing } from "../../api/client";
import { Confirm } from "../../parts/confirm";
import { CheckField } from "../../parts/form";
import { say } from "../../parts/notices";
import { type CardWithWorth, cardQuery } from "../data";
import { reachedText, staysText } from "./remains";

interface Props {
  card: Versioned<CardWithWorth>;
  onClose: () => void;
}

export function EraseWindow({ card, onClose }: Props) {
  const client = useQueryClient();
  const [sure, beSure] = useState(false);
  const { data } = useQuery({
    queryKey: ["erasure"],
    queryFn: ({ signal }) => taken(api.GET("/api/v1/customers/erasure", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Confirm
      title={i18n._("Forget this person")}
      action={i18n._("Forget them for good")}
      reason="optional"
      disabled={!sure || !data}
      act={(reason) =>
        taken(
          api.DELETE("/api/v1/customers/{customer_id}", {
            params: { path: { customer_id: card.data.id } },
            body: reason ? { reason } : {},
            headers: writing(crypto.randomUUID(), card.version),
          }),
        )
      }
      onDone={() => {
        void client.invalidateQueries({ queryKey: cardQuery(card.data.id).queryKey });
        for (const name of ["customers", "orders-of", "messages-of", "orders", "order", "customer"])
          void client.invalidateQueries({ queryKey: [name] });
        say(i18n._("The person is forgotten."));
        onClose();
      }}
      onClose={onClose}
    >
      <p>
        <b>{i18n._("This cannot be taken back. These go:")}</b>
      </p>
      <ul className="remains">
        {data?.reached.map((each) => (
          <li key={each}>{reachedText(each)}</li>
        ))}
      </ul>
      <p>
        <b>{i18n._("These stay, and why:")}</b>
      </p>
      <ul className="remains">
        {data?.stays.map(({ what, why }) => (
          <li key={what}>
            {staysText(what)} <span className="quiet">{staysText(why)}</span>
          </li>
        ))}
      </ul>
      <p className="quiet">{i18n._("A reason stays in the clear: write why, not who.")}</p>
      <CheckField label={i18n._("I have read this. Forget the person.")} checked={sure} onChange={beSure} />
    </Confirm>
  );
}
