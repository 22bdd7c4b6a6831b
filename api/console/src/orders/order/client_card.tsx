/** Whose order it is, and where it goes. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Address, Order, Shop } from "../../api/client";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { copy } from "../../parts/notices";
import { initials } from "../../text/labels";
import { localeTag } from "../../text/language";
import { moneyText } from "../../text/money";
import { addressLines, addressText } from "../address_text";
import { customerQuery, useShop } from "../data";
import type { DialogKind } from "../dialogs/kinds";
import { buyerName } from "../list/columns";
import { Value } from "./figure";
import { useMayDo, usePast } from "./past";

/** Billing to the clipboard in one click or key; false where there is none. */
export function copyBilling(order: Order, shop: Shop | undefined): boolean {
  if (!order.billing_address) return false;
  void copy(
    addressText(order.billing_address, shop?.seller.country, localeTag()),
    i18n._("The billing address is on the clipboard."),
  );
  return true;
}

export function ClientCard({ order }: { order: Order }) {
  const { customer } = order;
  const past = usePast();
  const may = useMay();
  const { data: card } = useQuery({
    ...customerQuery(customer?.id ?? ""),
    enabled: Boolean(customer) && may("customers:read") && past === null,
  });
  const worth = card?.lifetime?.map((each) => moneyText(each.worth, localeTag())).join(" + ");
  const count = card?.lifetime?.map((each) => each.orders)[0];
  const name = buyerName(order);
  return (
    <section className="card">
      <h2>{i18n._("Customer")}</h2>
      <div className="line">
        <i className="face" aria-hidden="true">
          {initials(name)}
        </i>
        <span className="grow">
          <b>
            <Value order={order} show={buyerName} />
          </b>
          {customer && past === null && count !== undefined && (
            <small>
              <Link to="/orders" search={{ customer_id: customer.id }} className="quiet">
                {i18n._("{count, plural, one {# order} other {# orders}}", { count })}
              </Link>
              {` · ${worth}`}
            </small>
          )}
        </span>
      </div>
      <p className="quiet contact">
        {[order.mails_to, order.billing_address?.phone].filter(Boolean).join(" · ")}
      </p>
    </section>
  );
}

interface AddressProps {
  order: Order;
  onDialog: (kind: DialogKind) => void;
}

export function AddressCards({ order, onDialog }: AddressProps) {
  const shop = useShop();
  const may = useMayDo()("orders:write");
  const change = (kind: "billing" | "shipping", label: string) =>
    may && <Button icon="edit" look="bare" size="small" aria-label={label} onClick={() => onDialog(kind)} />;
  const { billing_address: billing, shipping_address: shipping } = order;
  return (
    <>
      <section className="card">
        <h2>
          <span className="grow">{i18n._("Billing")}</span>
          {billing && (
            <Button
              icon="copy"
              look="bare"
              size="small"
              shortcut="y"
              onClick={() => copyBilling(order, shop)}
            >
              {i18n._("Copy")}
            </Button>
          )}
          {change("billing", i18n._("Change the billing address"))}
        </h2>
        <Lines order={order} read={(each) => each.billing_address} none={i18n._("none")} />
      </section>
      <section className="card">
        <h2>
          <span className="grow">{i18n._("Shipping")}</span>
          {shipping && (
            <Button
              icon="copy"
              look="bare"
              size="small"
              onClick={() =>
                copy(
                  addressText(shipping, shop?.seller.country, localeTag()),
                  i18n._("The shipping address is on the clipboard."),
                )
              }
            >
              {i18n._("Copy")}
            </Button>
          )}
          {change("shipping", i18n._("Change the shipping address"))}
        </h2>
        <Lines order={order} read={(each) => each.shipping_address} none={i18n._("Same as billing")} />
      </section>
    </>
  );
}

interface LinesProps {
  order: Order;
  read: (order: Order) => Address | null;
  none: string;
}

function Lines({ order, read, none }: LinesProps) {
  const home = useShop()?.seller.country;
  const lines = (each: Order) => {
    const address = read(each);
    return address ? addressLines(address, home, localeTag()).join("\n") : none;
  };
  return (
    <p className={read(order) ? "address" : "address quiet"}>
      <Value order={order} show={lines} />
    </p>
  );
}
