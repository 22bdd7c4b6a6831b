/** What the customer said about marketing, with the proof; written down and withdrawn here. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { api, type Versioned, versioned, writing } from "../../api/client";
import { useShop, useZone } from "../../orders/data";
import { When } from "../../orders/list/columns";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { TextField } from "../../parts/field";
import { AreaField } from "../../parts/form";
import { useNow } from "../../parts/later";
import { type CardWithWorth, useCardChanged } from "../data";

interface Props {
  card: Versioned<CardWithWorth>;
  may: boolean;
}

export function Consent({ card, may }: Props) {
  const [asked, ask] = useState<"give" | "withdraw" | null>(null);
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const { consent } = card.data;
  return (
    <section className="card">
      <h2>
        <span className="grow">{i18n._("Marketing")}</span>
        {may && (
          <Button size="small" look="bare" onClick={() => ask(consent?.given ? "withdraw" : "give")}>
            {consent?.given ? i18n._("Withdraw…") : i18n._("Agreed…")}
          </Button>
        )}
      </h2>
      {consent ? (
        <>
          <p>
            <b className={consent.given ? undefined : "late"}>
              {consent.given ? i18n._("Agreed") : i18n._("Wants none")}
            </b>{" "}
            <span className="quiet">
              <When at={consent.at} facts={facts} short />
              {` · ${consent.source}`}
            </span>
          </p>
          {consent.proof && <p className="note">{consent.proof}</p>}
        </>
      ) : (
        <p className="quiet">{i18n._("Nothing was said: no marketing is sent.")}</p>
      )}
      {asked === "give" && <Give card={card} onClose={() => ask(null)} />}
      {asked === "withdraw" && <Withdraw card={card} onClose={() => ask(null)} />}
    </section>
  );
}

interface AskProps {
  card: Versioned<CardWithWorth>;
  onClose: () => void;
}

function Give({ card, onClose }: AskProps) {
  const changed = useCardChanged();
  const [proof, setProof] = useState("");
  const [source, setSource] = useState(i18n._("telephone"));
  const params = { path: { customer_id: card.data.id } };
  return (
    <Confirm
      title={i18n._("The customer agreed to marketing")}
      action={i18n._("Write it down")}
      disabled={!proof.trim() || !source.trim()}
      act={async () => {
        const body = { channel: "email" as const, proof: proof.trim(), source: source.trim() };
        const headers = writing(crypto.randomUUID(), card.version);
        changed(
          await versioned(api.PUT("/api/v1/customers/{customer_id}/consent", { params, body, headers })),
        );
      }}
      onDone={onClose}
      onClose={onClose}
    >
      <AreaField
        label={i18n._("To which words, as they were shown or read out")}
        rows={4}
        value={proof}
        onChange={(event) => setProof(event.target.value)}
      />
      <TextField
        label={i18n._("Where it was said")}
        value={source}
        onChange={(event) => setSource(event.target.value)}
      />
    </Confirm>
  );
}

function Withdraw({ card, onClose }: AskProps) {
  const changed = useCardChanged();
  const params = { path: { customer_id: card.data.id }, query: { source: "desk" } };
  return (
    <Confirm
      title={i18n._("The customer wants no marketing any more")}
      action={i18n._("Write it down")}
      reason="optional"
      act={async (reason) => {
        const headers = writing(crypto.randomUUID(), card.version);
        const body = reason ? { reason } : {};
        changed(
          await versioned(api.DELETE("/api/v1/customers/{customer_id}/consent", { params, body, headers })),
        );
      }}
      onDone={onClose}
      onClose={onClose}
    >
      <p>{i18n._("Sequences stop for them at once.")}</p>
    </Confirm>
  );
}
