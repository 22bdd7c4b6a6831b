/** What the order comes to, as the server tells it; dimmed while the figures are those of what stood before. */

import { i18n } from "@lingui/core";
import type { Money } from "../../api/client";
import { localeTag } from "../../text/language";
import { isNothing, moneyText, rateText } from "../../text/money";
import type { Quote } from "./quote";

type Priced = Pick<
  Quote,
  "subtotal" | "coupons" | "discount" | "shipping_total" | "taxes" | "total" | "prices_include_tax"
>;

export function Total({ priced, isCurrent }: { priced: Priced | undefined; isCurrent: boolean }) {
  return (
    <section className={isCurrent ? "card live-total" : "card live-total waiting"} aria-busy={!isCurrent}>
      <h2 className="quiet">{i18n._("Total, told by the server")}</h2>
      <output className="sum" aria-live="polite">
        {priced ? moneyText(priced.total, localeTag()) : "—"}
      </output>
      {priced && <Parts priced={priced} />}
    </section>
  );
}

function Parts({ priced }: { priced: Priced }) {
  const locale = localeTag();
  const rows: [string, Money, string][] = [
    [i18n._("Products"), priced.subtotal, ""],
    ...priced.coupons.map((each): [string, Money, string] => [
      i18n._("Coupon {code}", { code: each.code }),
      each.discount,
      "− ",
    ]),
  ];
  if (!isNothing(priced.discount)) rows.push([i18n._("Discount"), priced.discount, "− "]);
  rows.push([i18n._("Shipping"), priced.shipping_total, ""]);
  for (const each of priced.taxes.filter((share) => !isNothing(share.tax))) {
    const facts = { name: each.name || i18n._("VAT"), rate: rateText(each.rate, locale) };
    const term = priced.prices_include_tax
      ? i18n._("of which {name} {rate}", facts)
      : i18n._("{name} {rate}", facts);
    rows.push([term, each.tax, ""]);
  }
  return (
    <dl className="figures">
      {rows.map(([term, money, sign]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>
            {sign}
            {moneyText(money, locale)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
