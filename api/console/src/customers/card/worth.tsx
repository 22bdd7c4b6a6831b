/** What the customer's orders come to, currency by currency. */

import { i18n } from "@lingui/core";
import { useShop, useZone } from "../../orders/data";
import { When } from "../../orders/list/columns";
import { useNow } from "../../parts/later";
import { localeTag } from "../../text/language";
import { moneyText } from "../../text/money";
import type { CardWithWorth } from "../data";

export function Worth({ card }: { card: CardWithWorth }) {
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const { lifetime } = card;
  return (
    <section className="worth" aria-label={i18n._("Worth")}>
      {lifetime === null && (
        <p className="quiet">{i18n._("What the orders come to is being worked out anew.")}</p>
      )}
      {lifetime?.length === 0 && <p className="quiet">{i18n._("No order was placed yet.")}</p>}
      {lifetime?.map((each) => (
        <dl key={each.worth.currency}>
          <div>
            <dt>{i18n._("Paid less given back")}</dt>
            <dd>{moneyText(each.worth, localeTag())}</dd>
          </div>
          <div>
            <dt>{i18n._("Orders")}</dt>
            <dd>{each.orders}</dd>
          </div>
          <div>
            <dt>{i18n._("Last one")}</dt>
            <dd>
              <When at={each.last_order_at} facts={facts} short />
            </dd>
          </div>
        </dl>
      ))}
    </section>
  );
}
