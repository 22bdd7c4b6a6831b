/** Cards that were made one: where this one went, and which ones came to it; each can be parted again. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Versioned, versioned, writing } from "../../api/client";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { type Card, type CardWithWorth, cardQuery, useCardChanged } from "../data";

/** Lets a merged card stand by itself again. */
export const part = (id: string, version: number, reason = "") =>
  versioned(
    api.DELETE("/api/v1/customers/{customer_id}/merge", {
      params: { path: { customer_id: id } },
      body: reason ? { reason } : {},
      headers: writing(crypto.randomUUID(), version),
    }),
  );

export function MergedInto({ card }: { card: Versioned<CardWithWorth> }) {
  const may = useMay();
  const changed = useCardChanged();
  const [asked, ask] = useState(false);
  const into = card.data.merged_into;
  const { data: survivor } = useQuery({ ...cardQuery(into ?? ""), enabled: into !== null });
  if (into === null) return null;
  return (
    <div className="order-notices" role="status">
      <p>
        {i18n._("This card is part of another one:")}{" "}
        <Link className="link" to="/customers/$id" params={{ id: into }}>
          {survivor ? survivor.data.name || survivor.data.email : "…"}
        </Link>
        {may("customers:write") && may("personal:read") && !card.data.erased_at && (
          <Button size="small" icon="back" onClick={() => ask(true)}>
            {i18n._("Part them…")}
          </Button>
        )}
      </p>
      {asked && (
        <Confirm
          title={i18n._("Part the two cards")}
          action={i18n._("Part them")}
          reason="optional"
          act={async (reason) => changed(await part(card.data.id, card.version, reason))}
          onDone={() => ask(false)}
          onClose={() => ask(false)}
        >
          <p>
            {i18n._(
              "This card stands by itself again, as it was. Orders placed meanwhile stay with the other.",
            )}
          </p>
        </Confirm>
      )}
    </div>
  );
}

export function MergedCards({ card }: { card: Card }) {
  if (card.absorbed.length === 0) return null;
  return (
    <section className="card">
      <h2>{i18n._("Cards that are part of this one")}</h2>
      <ul className="plain-list">
        {card.absorbed.map((id) => (
          <li key={id}>
            <Absorbed id={id} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Absorbed({ id }: { id: string }) {
  const { data } = useQuery(cardQuery(id));
  return (
    <Link className="link" to="/customers/$id" params={{ id }}>
      {data ? [data.data.name, data.data.email].filter(Boolean).join(" · ") || id : "…"}
    </Link>
  );
}
