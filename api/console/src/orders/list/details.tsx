/** What the order beside the list holds; loaded once the list stands. */

import { i18n } from "@lingui/core";
import type { Order } from "../../api/client";
import { Button } from "../../parts/button";
import { copy } from "../../parts/notices";
import { actorLabel } from "../../text/labels";
import { localeTag } from "../../text/language";
import { addressLines, addressText } from "../address_text";
import { useShop } from "../data";
import { HistoryList, useHistory } from "../history";
import { CartLines } from "../lines";
import { type Facts, When } from "./columns";

export default function Details({ order, facts }: { order: Order; facts: Facts }) {
  const shop = useShop();
  const to = order.shipping_address ?? order.billing_address;
  const home = shop?.seller.country;
  const history = useHistory(order.id);
  return (
    <>
      <section>
        <h3>{i18n._("Cart")}</h3>
        <CartLines order={order} />
      </section>
      {to && (
        <section>
          <h3>
            {i18n._("Send to")}
            <Button
              icon="copy"
              look="bare"
              size="small"
              onClick={() =>
                copy(addressText(to, home, localeTag()), i18n._("The address is on the clipboard."))
              }
            >
              {i18n._("Copy")}
            </Button>
          </h3>
          <p className="address">{addressLines(to, home, localeTag()).join("\n")}</p>
        </section>
      )}
      {order.notes.length > 0 && (
        <section>
          {order.notes.map((note) => (
            <p key={note.id} className="note">
              {note.text ?? i18n._("erased")}
              <small>
                {actorLabel(note.author)} · <When at={note.at} facts={facts} />
              </small>
            </p>
          ))}
        </section>
      )}
      {history.entries.length > 0 && (
        <section>
          <h3>{i18n._("What happened last")}</h3>
          <HistoryList entries={history.entries.slice(0, 4)} facts={facts} brief />
        </section>
      )}
    </>
  );
}
