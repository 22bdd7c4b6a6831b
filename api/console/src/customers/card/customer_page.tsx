/** One customer: the card and where each field came from, orders, mails, consent, and what can be done with it. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { Versioned } from "../../api/client";
import { useMay } from "../../app/session";
import { useKeys } from "../../keys/keys";
import { Bones } from "../../parts/bones";
import { Button } from "../../parts/button";
import { Icon } from "../../parts/icon";
import { PageHead } from "../../parts/page_head";
import { sentenceOf } from "../../parts/refused";
import { type CardWithWorth, cardQuery } from "../data";
import { CardSheet } from "./card_sheet";
import { Consent } from "./consent";
import { Mails } from "./mails";
import { MergedCards, MergedInto } from "./merged";
import { Orders } from "./orders";
import { Tags } from "./tags";
import { Worth } from "./worth";
import "../../styles/sheet.css";
import "../../styles/order.css";
import "../../styles/customer.css";

const Asked = lazy(() => import("./asked"));
export type Kind = "edit" | "merge" | "erase";

export function CustomerPage() {
  const { id } = useParams({ from: "/customers/$id" });
  const { data, error } = useQuery(cardQuery(id));
  const back = useBack();
  useKeys({ escape: back });
  if (data) return <Opened key={id} card={data} onBack={back} />;
  return (
    <main className="main">
      <PageHead title={i18n._("Customer")} back={<Back onBack={back} />} />
      {error ? (
        <p className="padded late" role="alert">
          {sentenceOf(error)}
        </p>
      ) : (
        <Bones />
      )}
    </main>
  );
}

function Opened({ card, onBack }: { card: Versioned<CardWithWorth>; onBack: () => void }) {
  const may = useMay();
  const [asked, ask] = useState<Kind | null>(null);
  const { data } = card;
  const erased = data.erased_at !== null;
  const writable = !erased && may("customers:write") && may("personal:read") && data.merged_into === null;
  useKeys({ m: () => (writable ? ask("edit") : false) });
  const name = erased ? i18n._("Forgotten customer") : data.name || data.company || data.email || "–";
  return (
    <main className="main">
      <PageHead
        title={name}
        about={data.company !== name ? data.company : ""}
        back={<Back onBack={onBack} />}
      >
        {writable && (
          <Button icon="merge" onClick={() => ask("merge")}>
            {i18n._("Merge…")}
          </Button>
        )}
        {may("personal:read") && !erased && (
          <a className="button" href={`/api/v1/customers/${data.id}/data`} download>
            <Icon name="download" />
            {i18n._("All data")}
          </a>
        )}
        {may("customers:erase") && !erased && (
          <Button onClick={() => ask("erase")}>{i18n._("Forget…")}</Button>
        )}
        {writable && (
          <Button icon="edit" look="primary" shortcut="m" onClick={() => ask("edit")}>
            {i18n._("Put right")}
          </Button>
        )}
      </PageHead>
      <div className="page customer">
        <div className="page-main">
          {erased && (
            <p className="order-notices" role="status">
              {i18n._("This person was forgotten. What they ordered and paid stays; who they were is gone.")}
            </p>
          )}
          <MergedInto card={card} />
          <Worth card={data} />
          <Orders id={data.id} />
          {may("messages:read") && <Mails id={data.id} />}
        </div>
        <aside className="page-side" aria-label={i18n._("Card")}>
          <CardSheet card={data} />
          <Tags card={card} may={writable} />
          <Consent card={card} may={writable} />
          <MergedCards card={data} />
        </aside>
      </div>
      {asked && (
        <Suspense>
          <Asked kind={asked} card={card} onClose={() => ask(null)} />
        </Suspense>
      )}
    </main>
  );
}

function useBack(): () => void {
  const router = useRouter();
  const navigate = useNavigate();
  return () => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: "/customers" });
  };
}

function Back({ onBack }: { onBack: () => void }) {
  return (
    <Link
      to="/customers"
      className="back"
      onClick={(event) => {
        event.preventDefault();
        onBack();
      }}
    >
      <Icon name="left" />
      {i18n._("Customers")}
    </Link>
  );
}
