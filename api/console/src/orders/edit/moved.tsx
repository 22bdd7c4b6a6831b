/** What the changes move: the total, and what is due or to give back after them. */

import { i18n } from "@lingui/core";
import type { Money, Order } from "../../api/client";
import { localeTag } from "../../text/language";
import { isNegative, isNothing, moneyText } from "../../text/money";
import type { EditsPreview } from "./preview";

export function Moved({ order, preview }: { order: Order; preview: EditsPreview | undefined }) {
  const locale = localeTag();
  const balance = preview?.balance.after ?? order.balance;
  const rows: [string, string][] = [];
  if (preview) {
    rows.push([i18n._("Before"), moneyText(preview.total.before, locale)]);
    rows.push([i18n._("Difference"), signed(preview.total.difference)]);
  }
  rows.push([i18n._("Paid so far"), moneyText(order.paid, locale)]);
  return (
    <section className="card">
      <dl className="figures">
        {rows.map(([term, text]) => (
          <Row key={term} term={term} text={text} />
        ))}
        <Row
          term={isNegative(balance) ? i18n._("To give back") : i18n._("Still due")}
          text={moneyText(balance, locale).replace(/^-/, "")}
          late={!isNothing(balance)}
        />
      </dl>
    </section>
  );
}

function Row({ term, text, late = false }: { term: string; text: string; late?: boolean }) {
  return (
    <>
      <dt className={late ? "late" : undefined}>{term}</dt>
      <dd className={late ? "late" : undefined}>{text}</dd>
    </>
  );
}

const signed = (money: Money): string =>
  isNegative(money) || isNothing(money)
    ? moneyText(money, localeTag())
    : `+ ${moneyText(money, localeTag())}`;
