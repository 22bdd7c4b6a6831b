/** Beside the order: whose it is, its particulars, notes and papers. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import type { Order } from "../../api/client";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { Tag } from "../../parts/pill";
import { actorLabel, methodLabel, sourceLabel } from "../../text/labels";
import { documentsQuery, useShop } from "../data";
import type { DialogKind } from "../dialogs/kinds";
import { type Facts, When } from "../list/columns";
import { documentAddress, receiptAddress, slipAddress } from "../papers";
import { AddressCards, ClientCard } from "./client_card";
import { Value } from "./figure";
import { useMayDo, usePast } from "./past";

interface Props {
  order: Order;
  facts: Facts;
  onDialog: (kind: DialogKind) => void;
}

export function Side(props: Props) {
  const past = usePast();
  return (
    <aside className="page-side" aria-label={i18n._("Customer and particulars")}>
      <ClientCard order={props.order} />
      <AddressCards order={props.order} onDialog={props.onDialog} />
      <Particulars {...props} />
      <Notes {...props} />
      {past === null && <Papers order={props.order} />}
    </aside>
  );
}

function Particulars({ order, onDialog }: Props) {
  const shop = useShop();
  const may = useMayDo()("orders:write");
  const past = usePast();
  const pairs: [string, (order: Order) => string | null][] = [
    [i18n._("Operator"), (each) => each.operator],
    [i18n._("Source"), (each) => each.source && sourceLabel(each.source)],
    [
      i18n._("Payment"),
      (each) => each.payment_method && methodLabel(each.payment_method, shop?.payment_methods),
    ],
    [
      i18n._("Shipping"),
      (each) => each.shipping_method && methodLabel(each.shipping_method, shop?.shipping_methods),
    ],
  ];
  const later = past?.now.tags.filter((each) => !order.tags.includes(each)) ?? [];
  return (
    <section className="card">
      <h2>
        {i18n._("Particulars")}
        {may && (
          <Button
            icon="edit"
            look="bare"
            size="small"
            shortcut="o"
            aria-label={i18n._("Change the particulars")}
            onClick={() => onDialog("particulars")}
          />
        )}
      </h2>
      <dl className="pairs">
        {pairs.map(([term, read]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>
              <Value order={order} show={(each) => read(each) || "—"} />
            </dd>
          </div>
        ))}
        <div>
          <dt>{i18n._("Tags")}</dt>
          <dd>
            {order.tags.map((each) => (
              <Tag key={each}>{each}</Tag>
            ))}
            {later.length > 0 && <Later words={later.join(", ")} />}
            {may && (
              <Button
                icon="plus"
                look="bare"
                size="small"
                aria-label={i18n._("Change the tags")}
                onClick={() => onDialog("tags")}
              />
            )}
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** What came since. */
function Later({ words }: { words: string }) {
  return (
    <span className="differs">
      <small>{i18n._("since: {words}", { words })}</small>
    </span>
  );
}

function Notes({ order, facts, onDialog }: Props) {
  const may = useMayDo();
  const past = usePast();
  const later = past ? past.now.notes.length - order.notes.length : 0;
  return (
    <section className="card">
      <h2>
        {i18n._("Internal notes")}
        {may("orders:write") && (
          <Button icon="plus" look="bare" size="small" shortcut="n" onClick={() => onDialog("note")}>
            {i18n._("Note")}
          </Button>
        )}
      </h2>
      {order.notes.map((note) => (
        <p key={note.id} className="note">
          {note.text ?? i18n._("erased")}
          <small>
            {actorLabel(note.author)} · <When at={note.at} facts={facts} />
          </small>
        </p>
      ))}
      {later > 0 && (
        <Later words={i18n._("{count, plural, one {# note} other {# notes}}", { count: later })} />
      )}
    </section>
  );
}

function Papers({ order }: { order: Order }) {
  const may = useMay();
  const { data } = useQuery({ ...documentsQuery(order.id), enabled: may("documents:read") });
  const kinds: Record<string, string> = { invoice: i18n._("Invoice"), credit_note: i18n._("Credit note") };
  return (
    <section className="card">
      <h2>{i18n._("Papers")}</h2>
      <dl className="pairs">
        {data?.items.map((each) => (
          <Paper
            key={each.number}
            name={kinds[each.kind] ?? each.kind}
            links={[[each.number, documentAddress(each.number)]]}
          />
        ))}
        <Paper name={i18n._("Packing slip")} links={[["A4", slipAddress(order.id)]]} />
        <Paper
          name={i18n._("Receipt")}
          links={[
            ["A4", receiptAddress(order.id)],
            ["80 mm", receiptAddress(order.id, "80mm")],
          ]}
        />
      </dl>
    </section>
  );
}

function Paper({ name, links }: { name: string; links: readonly [string, string][] }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="links">
        {links.map(([label, address]) => (
          <a key={address} className="link" href={address} target="_blank" rel="noreferrer">
            {label}
          </a>
        ))}
      </dd>
    </div>
  );
}
