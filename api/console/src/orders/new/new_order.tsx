/** A new order, taken on the telephone or over the counter: all of it by the keyboard, the total live. */

import { i18n } from "@lingui/core";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import type { Order } from "../../api/client";
import { operatorName, useMay, useSession } from "../../app/session";
import { useKeys } from "../../keys/keys";
import { Button, Key } from "../../parts/button";
import { Complaints } from "../../parts/field";
import { useFocusSoon } from "../../parts/focus";
import { Icon } from "../../parts/icon";
import { say } from "../../parts/notices";
import { useShop, useZone } from "../data";
import { ADDRESS, blankCart, type Cart, type CartLine, isBlank, withLine } from "./cart";
import { CartTable, focusQuantity, isOfLine, lineField } from "./cart_table";
import { ClientSheet } from "./client_sheet";
import { type Draft, useDraft } from "./draft";
import { KeptPill } from "./kept_pill";
import { usePlacing, type Wanted } from "./placing";
import { ProductField } from "./product_field";
import { type LiveQuote, useQuote } from "./quote";
import { complaintsOf, refusalText } from "./refusals";
import { type Currency, currencyOf, orderRequest, placeOf, quoteRequest } from "./request";
import { type ServerDraft, useServerDraft } from "./server_draft";
import { Remarks, Source, Terms } from "./terms";
import { Total } from "./total";
import "../../styles/sheet.css";
import "../../styles/order.css";
import "../../styles/new.css";
import { WINDOWS, withWords } from "../../text/language";

const OrderDialog = lazy(withWords(() => import("../dialogs/order_dialog"), WINDOWS));
const LinkWindow = lazy(() => import("./link_window"));

const TERMS = [
  "coupons",
  "discount",
  "shipping_charge",
  "shipping_method",
  "payment_method",
  "operator",
  "tags",
  "notes",
];
const ADDRESSES = ADDRESS.flatMap((name) => [`billing_address/${name}`, `shipping_address/${name}`]);
const SHOWN = new Set([...TERMS, ...ADDRESSES]);

const isCart = (value: unknown): value is Cart => {
  const cart = value as Partial<Cart> | null;
  return Array.isArray(cart?.lines) && Array.isArray(cart.tags) && typeof cart.billing?.name === "string";
};

export function NewOrderPage() {
  const shop = useShop();
  const may = useMay();
  const { caller } = useSession();
  useEffect(() => {
    document.title = `${i18n._("New order")} · Carnet`;
  }, []);
  if (!may("orders:write"))
    return (
      <main className="main empty" role="alert">
        <h1>{i18n._("You may look at orders, but not take any.")}</h1>
      </main>
    );
  if (!shop) return <main className="main order" aria-busy="true" />;
  return <NewOrder key={caller?.actor} currency={currencyOf(shop.defaults.currency)} locale={i18n.locale} />;
}

function NewOrder({ currency, locale }: { currency: Currency; locale: string }) {
  const { caller } = useSession();
  const operator = operatorName(caller?.actor) ?? "";
  const begin = useCallback(() => blankCart(operator), [operator]);
  const name = `draft.${caller?.actor ?? ""}`;
  const draft = useDraft<Cart>({ name, begin, isOne: isCart, isBlank });
  const server = useServerDraft<Cart>({ draft, name: `${name}.server`, isOne: isCart, isBlank });
  const { typed: cart, change } = draft;
  const [placed, setPlaced] = useState<{ order: Order; wanted: Wanted } | null>(null);
  const navigate = useNavigate();
  const client = useRef<HTMLInputElement>(null);
  const product = useRef<HTMLInputElement>(null);
  const quote = useQuote(quoteRequest(cart, currency));
  const set = (next: Partial<Cart>) => change((before) => ({ ...before, ...next }));
  const show = (order: Order) => navigate({ to: "/orders/$id", params: { id: order.id }, replace: true });
  const placing = usePlacing({
    cart,
    currency,
    quote,
    keyName: `sent.${caller?.actor ?? ""}`,
    onDone: (order, wanted) => {
      draft.forget();
      server.forget();
      if (wanted === "pay" || wanted === "link") return setPlaced({ order, wanted });
      say(told(order, wanted));
      void show(order);
    },
    onBlocked: toFirstComplaint,
  });
  const complaints = useComplaints(cart, currency, quote, placing.error);
  const leave = useLeave();
  useFormKeys({ leave, send: placing.send, client, product, enabled: placed === null });
  return (
    <main className="main order new-order">
      <Head draft={draft} server={server} begin={begin} onLeave={leave} />
      <div className="page" inert={placing.isSending}>
        <div className="page-main">
          <ClientSheet
            cart={cart}
            change={change}
            complaints={complaints.at}
            field={client}
            onNext={() => product.current?.focus()}
          />
          <CartSheet
            cart={cart}
            change={change}
            complaints={complaints.at}
            quote={quote}
            field={product}
            currency={currency.code}
            locale={locale}
          />
        </div>
        <aside className="page-side" aria-label={i18n._("Total and terms")}>
          <Total priced={quote.figures?.quote} isCurrent={quote.isCurrent} />
          <Terms cart={cart} change={set} complaints={complaints.at} />
          <Remarks cart={cart} change={set} complaints={complaints.at} />
          <Actions send={placing.send} busy={placing.busy} sentences={complaints.elsewhere} />
        </aside>
      </div>
      {placed && <Afterwards {...placed} mailTo={cart.billing.email} onClose={() => show(placed.order)} />}
    </main>
  );
}

interface AfterwardsProps {
  order: Order;
  wanted: Wanted;
  mailTo: string;
  onClose: () => void;
}

/** What was wanted with the order once it is placed. */
function Afterwards({ order, wanted, mailTo, onClose }: AfterwardsProps) {
  return (
    <Suspense>
      {wanted === "pay" ? (
        <OrderDialog id={order.id} kind="pay" onClose={onClose} />
      ) : (
        <LinkWindow order={order} mailTo={mailTo} onClose={onClose} />
      )}
    </Suspense>
  );
}

function told(order: Order, wanted: Wanted): string {
  const { number } = order;
  return wanted === "draft"
    ? i18n._("{number} is kept as a draft.", { number })
    : i18n._("{number} is placed.", { number });
}

/** To the first field that the server complains of; where it is none, to what sends the order. */
function toFirstComplaint(): void {
  const field = document.querySelector<HTMLElement>(".new-order [aria-invalid=true]");
  (field ?? document.querySelector<HTMLElement>(".acts .primary"))?.focus();
}

/** What the server refuses, of the order that was sent or of the total; the first field of them is gone to. */
function useComplaints(cart: Cart, currency: Currency, quote: LiveQuote, refused: unknown) {
  const { keys } = refused ? orderRequest(cart, currency, true) : quoteRequest(cart, currency);
  const isShown = (place: string) => SHOWN.has(place) || (place.includes("/") && isOfLine(place));
  const found = complaintsOf(refused ?? quote.error, (pointer) => placeOf(pointer, keys), isShown);
  const at = new Map(found.at);
  const [lapsed] = quote.figures?.quote.lapsed_coupons ?? [];
  if (lapsed && !at.has("coupons"))
    at.set("coupons", `${lapsed.code}: ${refusalText(lapsed.rule, lapsed.detail)}`);
  useEffect(() => {
    if (refused) toFirstComplaint();
  }, [refused]);
  return { at, elsewhere: found.elsewhere };
}

/** Back to where one came from; the draft stays. */
function useLeave(): () => void {
  const router = useRouter();
  const navigate = useNavigate();
  return () => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: "/orders" });
  };
}

interface KeyFacts {
  leave: () => void;
  send: (wanted: Wanted) => void;
  client: { current: HTMLInputElement | null };
  product: { current: HTMLInputElement | null };
  enabled: boolean;
}

function useFormKeys({ leave, send, client, product, enabled }: KeyFacts): void {
  const first = (place: string) => document.querySelector<HTMLInputElement>(place)?.focus();
  useKeys(
    {
      escape: leave,
      "ctrl+enter": () => send("place"),
      "ctrl+shift+enter": () => send("pay"),
      "ctrl+l": () => send("link"),
      "ctrl+s": () => send("draft"),
      "alt+1": () => (client.current ? client.current.focus() : first(".address-fields input")),
      "alt+2": () => product.current?.focus(),
      "alt+3": () => first("[data-place=coupons]"),
    },
    { enabled },
  );
}

interface HeadProps {
  draft: Draft<Cart>;
  server: ServerDraft<Cart>;
  begin: () => Cart;
  onLeave: () => void;
}

function Head({ draft, server, begin, onLeave }: HeadProps) {
  const { typed: cart, change } = draft;
  const [dropped, drop] = useState<Cart | null>(null);
  const blank = isBlank(cart);
  return (
    <header className="bar order-bar">
      <button type="button" className="back" onClick={onLeave}>
        <Icon name="left" />
        <span>{i18n._("Orders")}</span>
      </button>
      <h1>{i18n._("New order")}</h1>
      <KeptPill kept={draft.kept} zone={useZone()} isOnServer={server.isThere} />
      {server.other && (
        <Button look="bare" size="small" icon="back" onClick={server.takeOther}>
          {i18n._("Take the draft of another device")}
        </Button>
      )}
      {!blank && (
        <Button
          look="bare"
          size="small"
          onClick={() => {
            drop(cart);
            change(begin);
          }}
        >
          {i18n._("Start over")}
        </Button>
      )}
      {blank && dropped && (
        <Button look="bare" size="small" icon="back" onClick={() => change(() => dropped)}>
          {i18n._("Bring the draft back")}
        </Button>
      )}
      <span className="grow" />
      <Source source={cart.source} onSource={(source) => change((before) => ({ ...before, source }))} />
    </header>
  );
}

interface SheetProps {
  cart: Cart;
  change: Draft<Cart>["change"];
  complaints: ReadonlyMap<string, string>;
  quote: LiveQuote;
  field: { current: HTMLInputElement | null };
  currency: string;
  locale: string;
}

function CartSheet({ cart, change, complaints, quote, field, currency, locale }: SheetProps) {
  const lines = (next: (lines: CartLine[]) => CartLine[]) =>
    change((before) => ({ ...before, lines: next(before.lines) }));
  const focusSoon = useFocusSoon();
  const { figures } = quote;
  const totals = new Map(
    figures?.keys.flatMap((key, place) => {
      const item = figures.quote.items[place];
      return item ? [[key, item.total] as const] : [];
    }),
  );
  return (
    <section className="sheet open-ended" aria-labelledby="cart">
      <header>
        <h2 id="cart">{i18n._("Cart")}</h2>
        <span className="quiet grow">
          {cart.lines.length > 0 &&
            i18n._("{count, plural, one {# line} other {# lines}}", { count: cart.lines.length })}
        </span>
        <Key>Alt 2</Key>
      </header>
      <CartTable
        lines={cart.lines.map((line) => ({ ...line, isFree: !line.listed }))}
        totals={totals}
        complaints={complaints}
        onChange={(key, next) =>
          lines((before) => before.map((line) => (line.key === key ? { ...line, ...next } : line)))
        }
        onRemove={(key) => lines((before) => before.filter((line) => line.key !== key))}
        onNext={() => field.current?.focus()}
      />
      <div className="padded">
        <ProductField
          currency={currency}
          locale={locale}
          field={field}
          onLine={(line) => {
            lines((before) => withLine(before, line));
            if (line.price === "") focusSoon(lineField(line.key, "price"));
          }}
          onUp={() => focusQuantity(cart.lines[cart.lines.length - 1]?.key)}
        />
      </div>
    </section>
  );
}

interface ActionProps {
  send: (wanted: Wanted) => void;
  busy: boolean;
  sentences: readonly string[];
}

function Actions({ send, busy, sentences }: ActionProps) {
  return (
    <section className="acts">
      <Complaints sentences={sentences} />
      <Button look="primary" shortcut="Ctrl ↵" disabled={busy} onClick={() => send("place")}>
        {busy ? i18n._("Writing…") : i18n._("Place the order")}
      </Button>
      <div className="line wrap">
        <Button size="small" shortcut="Ctrl ⇧ ↵" disabled={busy} onClick={() => send("pay")}>
          {i18n._("Place, take payment")}
        </Button>
        <Button size="small" shortcut="Ctrl l" disabled={busy} onClick={() => send("link")}>
          {i18n._("Place, send link")}
        </Button>
        <Button size="small" look="bare" shortcut="Ctrl s" disabled={busy} onClick={() => send("draft")}>
          {i18n._("Keep as a draft order")}
        </Button>
      </div>
    </section>
  );
}
