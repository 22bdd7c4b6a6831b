/** What the card says, and where each field came from. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { useShop, useZone } from "../../orders/data";
import { When } from "../../orders/list/columns";
import { addressLabels } from "../../orders/new/address_fields";
import { useNow } from "../../parts/later";
import { CARD_FIELDS, type Card } from "../data";

type Origin = Card["origins"][string];

export function CardSheet({ card }: { card: Card }) {
  const labels = addressLabels();
  const told = CARD_FIELDS.filter((name) => card[name] !== "");
  return (
    <section className="card">
      <h2>{i18n._("Card")}</h2>
      {told.length === 0 && <p className="quiet">{i18n._("Nothing is known.")}</p>}
      <dl className="told-fields">
        {told.map((name) => (
          <div key={name}>
            <dt>{labels[name]}</dt>
            <dd>
              {card[name]}
              <From origin={card.origins[name]} />
            </dd>
          </div>
        ))}
        {[...card.emails, ...card.phones].map((each) => (
          <div key={each}>
            <dt>{each.includes("@") ? i18n._("Further e-mail") : i18n._("Further telephone")}</dt>
            <dd>{each}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function From({ origin }: { origin: Origin | undefined }) {
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  if (!origin) return null;
  const words: Record<string, string> = {
    billing: i18n._("from an order"),
    operator: i18n._("by an operator"),
    import: i18n._("from an import"),
  };
  const text = words[origin.origin] ?? origin.origin;
  return (
    <small>
      {origin.order_id ? (
        <Link className="link" to="/orders/$id" params={{ id: origin.order_id }}>
          {text}
        </Link>
      ) : (
        text
      )}
      {" · "}
      <When at={origin.at} facts={facts} short />
    </small>
  );
}
