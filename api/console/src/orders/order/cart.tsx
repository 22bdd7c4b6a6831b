/** The lines with what is free of each, and the order's money. */

import { i18n } from "@lingui/core";
import type { Line, Order } from "../../api/client";
import { Button } from "../../parts/button";
import { methodLabel } from "../../text/labels";
import { localeTag } from "../../text/language";
import { isNegative, isNothing, moneyText, quantityText, rateText } from "../../text/money";
import { useShop } from "../data";
import type { DialogKind } from "../dialogs/kinds";
import { type Free, useFree } from "../lines";
import { useEdit } from "./editing_link";
import { Figure, Value } from "./figure";
import { useMayDo, usePast } from "./past";

export function Cart({ order, onDialog }: { order: Order; onDialog: (kind: DialogKind) => void }) {
  const free = useFree(order.items);
  const past = usePast();
  const may = useMayDo()("orders:write");
  const edit = useEdit(order.id);
  const since = past?.now.items.filter((line) => !order.items.some(({ id }) => id === line.id)) ?? [];
  return (
    <section className="sheet" aria-labelledby="cart">
      <header>
        <h2 id="cart">{i18n._("Cart")}</h2>
        <span className="quiet">
          {i18n._("{count, plural, one {# line} other {# lines}}", { count: order.items.length })}
        </span>
        <span className="grow" />
        {may && (
          <Button size="small" icon="edit" shortcut="m" onClick={edit}>
            {i18n._("Change")}
          </Button>
        )}
      </header>
      <div className="scrolled">
        <table className="table">
          <thead>
            <tr>
              <th>{i18n._("SKU")}</th>
              <th>{i18n._("Product")}</th>
              <th className="numeric">{i18n._("Qty")}</th>
              <th className="numeric">{i18n._("Price")}</th>
              <th className="numeric">{i18n._("VAT")}</th>
              <th className="numeric">{!past && i18n._("Free")}</th>
              <th className="numeric">{i18n._("Total")}</th>
            </tr>
          </thead>
          <tbody>
            {order.items.map((line) => (
              <CartRow key={line.id} order={order} line={line} free={past ? undefined : free.get(line.sku)} />
            ))}
            {since.map((line) => (
              <tr key={line.id} className="since">
                <td>{line.sku}</td>
                <td>
                  {line.name} <span className="tag">{i18n._("added since")}</span>
                </td>
                <td colSpan={5} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="sums">
        <Made order={order} />
        <Owed order={order} onDialog={onDialog} />
      </div>
    </section>
  );
}

interface RowProps {
  order: Order;
  line: Line;
  free: Free | undefined;
}

function CartRow({ order, line, free }: RowProps) {
  const locale = localeTag();
  const of = [`/items/${line.id}`];
  const shown = (show: (line: Line) => string) => (each: Order) => {
    const found = each.items.find(({ id }) => id === line.id);
    return found && show(found);
  };
  const figure = (name: string, field: string, show: (line: Line) => string) => (
    <Figure
      of={field ? [`/items/${line.id}/${field}`, ...of] : of}
      name={name}
      order={order}
      show={shown(show)}
    />
  );
  const past = usePast();
  const kept = line.kept === line.quantity ? null : quantityText(line.kept, locale);
  return (
    <tr>
      <td className="quiet">{line.sku}</td>
      <td>
        <Value order={order} show={shown((each) => each.name)} />
        {line.options.map((each) => (
          <span key={each.name} className="quiet">{` · ${each.name} ${each.value}`}</span>
        ))}
        {kept !== null && <span className="tag">{i18n._("{kept} kept", { kept })}</span>}
      </td>
      <td className="numeric">
        {figure(i18n._("Quantity of {name}", { name: line.name }), "quantity", (each) =>
          quantityText(each.quantity, locale),
        )}
        {line.unit !== "piece" && ` ${line.unit}`}
      </td>
      <td className="numeric">
        {figure(i18n._("Price of {name}", { name: line.name }), "unit_price", (each) =>
          each.unit_price ? moneyText(each.unit_price, locale) : "—",
        )}
      </td>
      <td className="numeric quiet">{rateText(line.tax_rate, locale)}</td>
      <td
        className={free && free.available <= 0 ? "numeric late" : free?.low ? "numeric low" : "numeric quiet"}
      >
        {free ? quantityText(free.available, locale) : past ? "" : "—"}
      </td>
      <td className="numeric">
        <b>{figure(line.name, "", (each) => moneyText(each.total, locale))}</b>
      </td>
    </tr>
  );
}

/** What the total is made of. */
function Made({ order }: { order: Order }) {
  const locale = localeTag();
  const shop = useShop();
  const past = usePast();
  const sending = order.shipping_method
    ? methodLabel(order.shipping_method, shop?.shipping_methods)
    : i18n._("Shipping");
  const facts = { order };
  const discounted = !isNothing(order.discount) || (past && !isNothing(past.now.discount));
  return (
    <dl className="figures">
      <Pair
        {...facts}
        term={i18n._("Subtotal")}
        of={["/subtotal"]}
        show={(each) => moneyText(each.subtotal, locale)}
      />
      {order.coupons.map(({ code }) => (
        <Pair
          key={code}
          {...facts}
          term={i18n._("Coupon {code}", { code })}
          of={["/coupons"]}
          show={(each) => {
            const coupon = each.coupons.find((one) => one.code === code);
            return coupon && `− ${moneyText(coupon.discount, locale)}`;
          }}
        />
      ))}
      {discounted && (
        <Pair
          {...facts}
          term={i18n._("Discount")}
          of={["/discount"]}
          show={(each) => `− ${moneyText(each.discount, locale)}`}
        />
      )}
      <Pair
        {...facts}
        term={sending}
        of={["/shipping_total", "/shipping_method"]}
        show={(each) => moneyText(each.shipping_total, locale)}
      />
      {order.taxes
        .filter((each) => !isNothing(each.tax))
        .map(({ name, rate }) => (
          <Pair
            key={`${name} ${rate}`}
            {...facts}
            term={i18n._("of which {name} {rate}", {
              name: name || i18n._("VAT"),
              rate: rateText(rate, locale),
            })}
            of={["/tax"]}
            show={(each) => {
              const share = each.taxes.find((one) => one.name === name && one.rate === rate);
              return share && moneyText(share.tax, locale);
            }}
          />
        ))}
    </dl>
  );
}

interface PairProps {
  order: Order;
  term: string;
  of: readonly string[];
  show: (order: Order) => string | undefined;
  look?: string | undefined;
}

function Pair({ order, term, of, show, look }: PairProps) {
  return (
    <>
      <dt className={look}>{term}</dt>
      <dd className={look}>
        <Figure of={of} name={term} order={order} show={show} />
      </dd>
    </>
  );
}

/** What was paid, given back, and is still due or owed to the customer. */
function Owed({ order, onDialog }: { order: Order; onDialog: (kind: DialogKind) => void }) {
  const locale = localeTag();
  const shop = useShop();
  const { balance } = order;
  const facts = { order };
  const payments = order.payments.filter((each) => each.state === "captured");
  const owed = isNothing(balance)
    ? i18n._("Balance")
    : isNegative(balance)
      ? i18n._("To give back")
      : i18n._("Still due");
  return (
    <dl className="figures">
      <Pair
        {...facts}
        look="total"
        term={i18n._("Total")}
        of={["/total"]}
        show={(each) => moneyText(each.total, locale)}
      />
      {payments.map(({ id, method }) => (
        <Pair
          key={id}
          {...facts}
          term={i18n._("Paid by {method}", {
            method: methodLabel(method, shop?.payment_methods).toLowerCase(),
          })}
          of={[`/payments/${id}`]}
          show={(each) => {
            const payment = each.payments.find((one) => one.id === id);
            return payment && moneyText(payment.amount, locale);
          }}
        />
      ))}
      {!isNothing(order.refunded) && (
        <Pair
          {...facts}
          term={i18n._("Given back")}
          of={["/refunded"]}
          show={(each) => moneyText(each.refunded, locale)}
        />
      )}
      <Pair
        {...facts}
        look={isNothing(balance) ? undefined : "late"}
        term={owed}
        of={["/balance"]}
        show={(each) => moneyText(isNegative(each.balance) ? each.credit : each.balance, locale)}
      />
      <Acts order={order} onDialog={onDialog} />
    </dl>
  );
}

/** What can be done about the money. */
function Acts({ order, onDialog }: { order: Order; onDialog: (kind: DialogKind) => void }) {
  const may = useMayDo();
  const { balance } = order;
  const pays = may("orders:write") && !isNothing(balance) && !isNegative(balance);
  const gives =
    may("orders:refund") && order.next_actions.some((each) => each.action === "refund" && each.allowed);
  if (!pays && !gives) return null;
  return (
    <>
      <dt />
      <dd className="links">
        {pays && (
          <button type="button" className="link" onClick={() => onDialog("pay")}>
            {i18n._("Take payment…")}
          </button>
        )}
        {gives && (
          <button type="button" className="link" onClick={() => onDialog("refund")}>
            {i18n._("Refund…")}
          </button>
        )}
      </dd>
    </>
  );
}
