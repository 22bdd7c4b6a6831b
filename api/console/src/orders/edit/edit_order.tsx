/** Changing what an order holds: as one decision, on the version that was looked at. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Order } from "../../api/client";
import { Refused } from "../../api/problems";
import { useMay } from "../../app/session";
import { useKeys } from "../../keys/keys";
import { Button, Key } from "../../parts/button";
import { Complaints, TextField } from "../../parts/field";
import { useFocusSoon } from "../../parts/focus";
import { Icon } from "../../parts/icon";
import { PaymentPill, StatusPill } from "../../parts/pill";
import { orderQuery, useZone } from "../data";
import { Refusal } from "../dialogs/refusal";
import { StockTable } from "../dialogs/stock_table";
import { useFree } from "../lines";
import { withLine } from "../new/cart";
import { CartTable, focusQuantity, type LineChange, lineField } from "../new/cart_table";
import type { Draft } from "../new/draft";
import { KeptPill } from "../new/kept_pill";
import { ProductField } from "../new/product_field";
import { type Currency, currencyOf } from "../new/request";
import { CouponField, MoneyField } from "../new/terms";
import { Total } from "../new/total";
import { useEditing } from "./editing";
import { type ChangesRequest, couponText, type Edits, keptText, noEdits } from "./edits";
import { Moved } from "./moved";
import type { EditsPreview } from "./preview";
import "../../styles/sheet.css";
import "../../styles/order.css";
import "../../styles/new.css";
import "../../styles/dialog.css";

export function EditOrderPage() {
  const { id } = useParams({ from: "/orders/$id/edit" });
  const { data: order, error } = useQuery(orderQuery(id));
  const may = useMay();
  useEffect(() => {
    if (order) document.title = `${order.number} · ${i18n._("Change")} · Carnet`;
  }, [order]);
  const refused = may("orders:write") ? error : new Error();
  if (refused)
    return (
      <main className="main empty" role="alert">
        <h1>
          {error instanceof Refused
            ? error.problem.detail
            : i18n._("You may look at this order, not change it.")}
        </h1>
      </main>
    );
  if (!order) return <main className="main order" aria-busy="true" />;
  return <EditOrder key={order.id} order={order} currency={currencyOf(order.currency)} />;
}

function EditOrder({ order, currency }: { order: Order; currency: Currency }) {
  const leave = useLeave(order.id);
  const editing = useEditing(order, currency, leave);
  const { draft, live, request, complaints } = editing;
  const product = useRef<HTMLInputElement>(null);
  useKeys({
    escape: leave,
    "ctrl+enter": editing.accept,
    "alt+2": () => product.current?.focus(),
    "alt+3": () => document.querySelector<HTMLElement>("[data-place=coupons]")?.focus(),
  });
  const facts = { order, draft, request, preview: live.preview, complaints: complaints.at, currency };
  return (
    <main className="main order new-order edit-order">
      <Head order={order} draft={draft} onLeave={leave} />
      <div className="page">
        <div className="page-main">
          {editing.overtaken && (
            <Refusal
              order={order}
              error={editing.overtaken}
              version={editing.version}
              fields={[]}
              onLook={editing.look}
            />
          )}
          <Lines {...facts} field={product} />
          {live.preview && live.preview.stock.length > 0 && (
            <section className="sheet padded">
              <StockTable items={live.preview.stock} />
            </section>
          )}
        </div>
        <aside className="page-side" aria-label={i18n._("Total and terms")}>
          <Total priced={live.preview?.order ?? order} isCurrent={live.isCurrent} />
          <Moved order={order} preview={live.preview} />
          <Terms {...facts} />
          <section className="acts">
            <Complaints sentences={complaints.elsewhere} />
            <Button
              look="primary"
              shortcut="Ctrl ↵"
              disabled={editing.busy || request.changes.length === 0}
              onClick={editing.accept}
            >
              {editing.busy ? i18n._("Writing…") : i18n._("Change the order")}
            </Button>
          </section>
        </aside>
      </div>
    </main>
  );
}

/** Back to the order; what is typed stays on this device. */
function useLeave(id: string): () => void {
  const router = useRouter();
  const navigate = useNavigate();
  const search = useSearch({ from: "/orders/$id/edit" });
  return () => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: "/orders/$id", params: { id }, search, replace: true });
  };
}

function Head({ order, draft, onLeave }: { order: Order; draft: Draft<Edits>; onLeave: () => void }) {
  return (
    <header className="bar order-bar">
      <button type="button" className="back" onClick={onLeave}>
        <Icon name="left" />
        <span>{order.number}</span>
      </button>
      <h1>{i18n._("Change the order")}</h1>
      <span className="line pills">
        <StatusPill status={order.status} />
        <PaymentPill code={order.payment_status} />
      </span>
      <KeptPill kept={draft.kept} zone={useZone()} />
      <span className="grow" />
      {draft.kept !== null && (
        <Button look="bare" size="small" onClick={() => draft.change(() => noEdits(order.version))}>
          {i18n._("As it was")}
        </Button>
      )}
    </header>
  );
}

interface Facts {
  order: Order;
  draft: Draft<Edits>;
  request: ChangesRequest;
  preview: EditsPreview | undefined;
  complaints: ReadonlyMap<string, string>;
  currency: Currency;
}

function Lines({
  order,
  draft,
  preview,
  complaints,
  field,
}: Facts & { field: { current: HTMLInputElement | null } }) {
  const { typed: edits, change } = draft;
  const free = useFree(order.items);
  const focusSoon = useFocusSoon();
  const standing = order.items.map((line) => {
    const edit = edits.lines[line.id];
    return {
      key: line.id,
      sku: line.sku,
      name: line.name,
      isFree: false,
      quantity: edit?.quantity ?? keptText(line),
      price: edit?.price ?? line.unit_price?.amount ?? "",
      rate: line.tax_rate,
      available: free.get(line.sku)?.available ?? null,
      low: free.get(line.sku)?.low ?? false,
      gone: edit?.gone ?? false,
    };
  });
  const added = edits.added.map((line) => ({ ...line, isFree: !line.listed }));
  const set = (key: string, next: LineChange) =>
    change((before) =>
      before.added.some((line) => line.key === key)
        ? { ...before, added: before.added.map((line) => (line.key === key ? { ...line, ...next } : line)) }
        : { ...before, lines: { ...before.lines, [key]: { ...before.lines[key], ...next } } },
    );
  const remove = (key: string) =>
    change((before) =>
      before.added.some((line) => line.key === key)
        ? { ...before, added: before.added.filter((line) => line.key !== key) }
        : {
            ...before,
            lines: { ...before.lines, [key]: { ...before.lines[key], gone: !before.lines[key]?.gone } },
          },
    );
  return (
    <section className="sheet open-ended" aria-labelledby="cart">
      <header>
        <h2 id="cart">{i18n._("Cart")}</h2>
        <span className="quiet grow">
          {i18n._("{count, plural, one {# line} other {# lines}}", { count: order.items.length })}
        </span>
        <Key>Alt 2</Key>
      </header>
      <CartTable
        lines={[...standing, ...added]}
        totals={totalsOf(order, preview, edits)}
        complaints={complaints}
        onChange={set}
        onRemove={remove}
        onNext={() => field.current?.focus()}
      />
      <div className="padded">
        <ProductField
          currency={order.currency}
          locale={order.locale}
          field={field}
          onLine={(line) => {
            change((before) => ({ ...before, added: withLine(before.added, line) }));
            if (line.price === "") focusSoon(lineField(line.key, "price"));
          }}
          onUp={() => focusQuantity([...standing, ...added].at(-1)?.key)}
        />
      </div>
    </section>
  );
}

/** The lines' totals as the server tells them; those that come in stand behind those that were there. */
function totalsOf(order: Order, preview: EditsPreview | undefined, edits: Edits) {
  const before = new Set(order.items.map((line) => line.id));
  const items = preview?.order.items ?? order.items;
  const fresh = items.filter((line) => !before.has(line.id));
  return new Map([
    ...items.filter((line) => before.has(line.id)).map((line) => [line.id, line.total] as const),
    ...edits.added.flatMap((line, place) => {
      const made = fresh[place];
      return made ? [[line.key, made.total] as const] : [];
    }),
  ]);
}

function Terms({ order, draft, complaints }: Facts) {
  const { typed: edits, change } = draft;
  const set = (next: Partial<Edits>) => change((before) => ({ ...before, ...next }));
  return (
    <>
      <section className="card pair">
        <h2 className="hidden-text">{i18n._("Price")}</h2>
        <CouponField
          value={edits.coupons ?? couponText(order)}
          complaint={complaints.get("coupons")}
          onChange={(coupons) => set({ coupons })}
        />
        <MoneyField
          label={i18n._("Discount")}
          value={edits.discount ?? order.discount.amount}
          complaint={complaints.get("discount")}
          onChange={(discount) => set({ discount })}
        />
        <MoneyField
          label={i18n._("Shipping charge")}
          value={edits.charge ?? order.shipping_charge.amount}
          complaint={complaints.get("shipping_charge")}
          onChange={(charge) => set({ charge })}
        />
      </section>
      <section className="card">
        <TextField
          label={i18n._("Reason (optional)")}
          value={edits.reason}
          complaint={complaints.get("reason")}
          onChange={(event) => set({ reason: event.target.value })}
        />
      </section>
    </>
  );
}
