/** What was sent, by whom, and where it is followed. */

import { i18n } from "@lingui/core";
import type { Order } from "../../api/client";
import { Button } from "../../parts/button";
import { copy } from "../../parts/notices";
import { methodLabel } from "../../text/labels";
import { localeTag } from "../../text/language";
import { quantityText } from "../../text/money";
import { useShop } from "../data";
import type { DialogKind } from "../dialogs/kinds";
import { type Facts, When } from "../list/columns";
import { Value } from "./figure";
import { useMayDo } from "./past";

interface Props {
  order: Order;
  facts: Facts;
  onDialog: (kind: DialogKind) => void;
}

const counted = ({ shipments }: Order) => (shipments.length ? String(shipments.length) : i18n._("none yet"));

export function Parcels({ order, facts, onDialog }: Props) {
  const may = useMayDo();
  const ship = order.next_actions.find((each) => each.action === "ship");
  return (
    <section className="sheet" aria-labelledby="parcels">
      <header>
        <h2 id="parcels">{i18n._("Parcels")}</h2>
        <span className="quiet">
          <Value order={order} show={counted} />
        </span>
        <span className="grow" />
        {may("orders:write") && (
          <Button
            size="small"
            icon="truck"
            shortcut="t"
            disabled={!ship?.allowed}
            title={ship?.reason ?? undefined}
            onClick={() => onDialog("ship")}
          >
            {i18n._("Send a parcel")}
          </Button>
        )}
      </header>
      {order.shipments.map((parcel) => (
        <Parcel key={parcel.number} parcel={parcel} order={order} facts={facts} />
      ))}
    </section>
  );
}

function Parcel({
  parcel,
  order,
  facts,
}: {
  parcel: Order["shipments"][number];
  order: Order;
  facts: Facts;
}) {
  const shop = useShop();
  const { tracking_code: code, tracking_url: url } = parcel;
  const names = new Map(order.items.map((line) => [line.id, line.name]));
  const states: Record<string, string> = {
    shipped: i18n._("on its way"),
    delivered: i18n._("delivered"),
    cancelled: i18n._("called back"),
  };
  return (
    <div className="parcel">
      <b>{methodLabel(parcel.carrier, shop?.carriers)}</b>
      {url ? (
        <a className="link" href={url} target="_blank" rel="noreferrer">
          {code}
        </a>
      ) : (
        <span>{code}</span>
      )}
      {code && (
        <Button
          icon="copy"
          look="bare"
          size="small"
          aria-label={i18n._("Copy the tracking code")}
          onClick={() => copy(code, i18n._("The tracking code is on the clipboard."))}
        />
      )}
      <span className={parcel.state === "cancelled" ? "late" : "quiet"}>
        {states[parcel.state] ?? parcel.state}
      </span>
      <span className="quiet grow">
        {parcel.items
          .map((each) => `${quantityText(each.quantity, localeTag())} × ${names.get(each.item) ?? each.item}`)
          .join(" · ")}
      </span>
      <span className="quiet">
        <When at={parcel.at} facts={facts} />
      </span>
    </div>
  );
}
