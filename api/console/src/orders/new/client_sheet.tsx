/** Whose order it is: found in the book, or made while typing; and where the bill and the parcel go. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type RefObject, useState } from "react";
import { Button, Key } from "../../parts/button";
import { useFocusSoon } from "../../parts/focus";
import { copy } from "../../parts/notices";
import { SearchPick } from "../../parts/search_pick";
import { initials } from "../../text/labels";
import { localeTag } from "../../text/language";
import { moneyText } from "../../text/money";
import { addressText } from "../address_text";
import { customerQuery, useShop } from "../data";
import { AddressFields, SELDOM, WHERE, WHO } from "./address_fields";
import { ADDRESS, type AddressField, type AddressText, type Cart, NO_ADDRESS, newClient } from "./cart";
import { clientsQuery, type FoundClient, useFoundClients } from "./found";
import { Marked } from "./product_field";

interface Props {
  cart: Cart;
  change: (next: (cart: Cart) => Cart) => void;
  complaints: ReadonlyMap<string, string>;
  field: RefObject<HTMLInputElement | null>;
  /** The client is known: on to what they want. */
  onNext: () => void;
}

const BILLING = (name: AddressField) => `[data-place="billing_address/${name}"]`;
const hasText = (address: AddressText): boolean => ADDRESS.some((name) => address[name].trim() !== "");

export function ClientSheet({ cart, change, complaints, field, onNext }: Props) {
  const home = useShop()?.seller.country ?? "";
  const known = cart.client !== null || hasText(cart.billing);
  const [wider, widen] = useState(false);
  const client = useQueryClient();
  const focusSoon = useFocusSoon();
  const billing = (next: Partial<AddressText>) =>
    change((before) => ({ ...before, billing: { ...before.billing, ...next } }));
  const begin = (typed: string) => {
    const told = newClient(typed);
    change((before) => ({ ...before, client: null, billing: { ...NO_ADDRESS, country: home, ...told } }));
    focusSoon(BILLING(told.name ? "email" : "name"));
  };
  const choose = async (row: FoundClient) => {
    const card = await client.fetchQuery(customerQuery(row.id)).catch(() => row);
    const told = Object.fromEntries(
      ADDRESS.map((name) => [name, (name in card && card[name as "name"]) || ""]),
    ) as AddressText;
    change((before) => ({ ...before, client: { id: row.id, name: row.name }, billing: told }));
    if (told.line1) onNext();
    else focusSoon(BILLING("line1"));
  };
  const forget = () => {
    change((before) => ({ ...before, client: null, billing: NO_ADDRESS }));
    focusSoon("#find-client");
  };
  const who = cart.client === null || wider || WHO.some((name) => complaints.has(`billing_address/${name}`));
  const more =
    wider || SELDOM.some((name) => cart.billing[name] || complaints.has(`billing_address/${name}`));
  const shown = [...(who ? WHO : []), ...WHERE, ...(more ? SELDOM : [])];
  const facts = { place: "billing_address", address: cart.billing, complaints, onChange: billing };
  return (
    <section className="sheet open-ended" aria-labelledby="client">
      <header>
        <h2 id="client">{i18n._("Customer")}</h2>
        <span className="quiet grow">{known ? "" : i18n._("name, e-mail or telephone")}</span>
        <Key>Alt 1</Key>
      </header>
      <div className="padded form">
        {known ? (
          <Summary cart={cart} onForget={forget} />
        ) : (
          <ClientField field={field} onChoose={choose} onNew={begin} />
        )}
        {known && (
          <>
            <AddressFields {...facts} shown={shown} />
            <div className="line wrap">
              <label className="check grow">
                <input
                  type="checkbox"
                  checked={cart.same}
                  onChange={(event) => {
                    const same = event.target.checked;
                    change((before) => ({
                      ...before,
                      same,
                      shipping: same ? before.shipping : sentTo(before),
                    }));
                  }}
                />
                {i18n._("Ship to the same address")}
              </label>
              <Button look="bare" size="small" aria-expanded={wider} onClick={() => widen(!wider)}>
                {wider ? i18n._("Fewer fields") : i18n._("More fields")}
              </Button>
              <Button
                icon="copy"
                look="bare"
                size="small"
                onClick={() =>
                  copy(
                    addressText(cart.billing, home, localeTag()),
                    i18n._("The billing address is on the clipboard."),
                  )
                }
              >
                {i18n._("Copy billing")}
              </Button>
            </div>
            {!cart.same && <ShippingFields cart={cart} change={change} complaints={complaints} />}
          </>
        )}
      </div>
    </section>
  );
}

/** Where a parcel goes that goes elsewhere: what was typed before, else the same person to begin with. */
function sentTo({ billing, shipping }: Cart): AddressText {
  return hasText(shipping)
    ? shipping
    : { ...NO_ADDRESS, name: billing.name, phone: billing.phone, country: billing.country };
}

function ShippingFields({ cart, change, complaints }: Pick<Props, "cart" | "change" | "complaints">) {
  return (
    <fieldset className="shipping-fields">
      <legend className="quiet">{i18n._("Shipping")}</legend>
      <AddressFields
        place="shipping_address"
        address={cart.shipping}
        complaints={complaints}
        onChange={(next) => change((before) => ({ ...before, shipping: { ...before.shipping, ...next } }))}
        shown={["name", "phone", "company", ...WHERE]}
      />
    </fieldset>
  );
}

interface FieldProps {
  field: RefObject<HTMLInputElement | null>;
  onChoose: (client: FoundClient) => void;
  onNew: (typed: string) => void;
}

function ClientField({ field, onChoose, onNew }: FieldProps) {
  const [typed, setTyped] = useState("");
  const client = useQueryClient();
  const { clients, isCurrent } = useFoundClients(typed);
  const words = typed.trim();
  const hits = clients.map((each) => ({ key: each.id, content: <ClientHit client={each} words={words} /> }));
  const fresh = {
    key: "new",
    content: <span className="quiet">{i18n._("New customer “{words}”", { words })}</span>,
  };
  const look = async () => {
    const found = await client.fetchQuery(clientsQuery(words)).catch(() => []);
    if (found.length === 0) onNew(words);
  };
  return (
    <SearchPick
      id="find-client"
      label={i18n._("Find the customer")}
      placeholder={i18n._("Name, e-mail or telephone; a new one is made while typing")}
      value={typed}
      onChange={setTyped}
      found={words && isCurrent ? [...hits, fresh] : hits}
      isCurrent={isCurrent}
      field={field}
      autoFocus
      onPick={(index) => {
        const found = clients[index];
        if (found) onChoose(found);
        else onNew(words);
      }}
      onEnter={look}
    />
  );
}

function ClientHit({ client, words }: { client: FoundClient; words: string }) {
  const [worth] = client.lifetime;
  return (
    <>
      <Marked text={client.name || client.company || client.email} words={words} />
      <span className="quiet">{worth ? moneyText(worth.worth, localeTag()) : ""}</span>
      <small className="quiet">{[client.email, client.phone, client.city].filter(Boolean).join(" · ")}</small>
      <small className="quiet">
        {worth && i18n._("{count, plural, one {# order} other {# orders}}", { count: worth.orders })}
      </small>
    </>
  );
}

/** Who it is at a glance, and the way to somebody else. */
function Summary({ cart, onForget }: { cart: Cart; onForget: () => void }) {
  const { client, billing } = cart;
  const { data: card } = useQuery({ ...customerQuery(client?.id ?? ""), enabled: client !== null });
  const count = card?.lifetime?.[0]?.orders;
  const worth = card?.lifetime?.map((each) => moneyText(each.worth, localeTag())).join(" + ");
  const name = client?.name || billing.name || billing.email || billing.phone || i18n._("New customer");
  const orders = count && i18n._("{count, plural, one {# order} other {# orders}}", { count });
  return (
    <div className="line">
      <i className="face" aria-hidden="true">
        {initials(name)}
      </i>
      <span className="grow who">
        <b>{name}</b>
        <span className="quiet">
          {" · "}
          {client
            ? [billing.email, billing.phone, orders && `${orders}, ${worth}`].filter(Boolean).join(" · ")
            : i18n._("new customer")}
        </span>
      </span>
      <Button look="bare" size="small" onClick={onForget}>
        {i18n._("Change")}
      </Button>
    </div>
  );
}
