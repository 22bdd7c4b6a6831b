/** One order: where it stands, its cart and money, what happened to it, and whose it is. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Order } from "../../api/client";
import { Refused } from "../../api/problems";
import { useMay } from "../../app/session";
import { useCommands } from "../../keys/commands";
import { useKeys } from "../../keys/keys";
import { Icon } from "../../parts/icon";
import { useNow } from "../../parts/later";
import { orderQuery, useShop, useZone } from "../data";
import type { DialogKind } from "../dialogs/kinds";
import { useNews } from "../following";
import { seen } from "../last_seen";
import { useNewOrderKey } from "../new_link";
import { orderCommands } from "../order_commands";
import { receiptAddress, slipAddress } from "../papers";
import { Cart } from "./cart";
import { copyBilling } from "./client_card";
import { useEdit } from "./editing_link";
import { type Asked, FiguresExplained } from "./figure";
import { Head } from "./head";
import { History } from "./history_sheet";
import { Parcels } from "./parcels";
import { PastShown, useOrderThen } from "./past";
import { Others } from "./presence";
import { Side } from "./side";
import { Steps } from "./steps";
import { ThenBar } from "./then_bar";
import "../../styles/sheet.css";
import "../../styles/order.css";
import "../../styles/past.css";
import { WINDOWS, withWords } from "../../text/language";

const OrderDialog = lazy(withWords(() => import("../dialogs/order_dialog"), WINDOWS));
const MailWindow = lazy(() => import("./mail_window"));
const MadeOf = lazy(() => import("./made_of"));

export function OrderPage() {
  const { id } = useParams({ from: "/orders/$id" });
  const { data: order, error } = useQuery(orderQuery(id));
  useEffect(() => {
    if (order) document.title = `${order.number} · Carnet`;
  }, [order]);
  useEffect(() => seen(id), [id]);
  useOrderNews(id);
  const back = useBack();
  useNewOrderKey();
  useKeys({ escape: back });
  return order ? <Opened key={id} now={order} onBack={back} /> : <Missing error={error} />;
}

/** An order that was read: as it is, or as it was after one of its events. */
function Opened({ now, onBack }: { now: Order; onBack: () => void }) {
  const [dialog, openDialog] = useState<DialogKind | null>(null);
  const [version, look] = useState<number | null>(null);
  const [asked, ask] = useState<Asked | null>(null);
  const [mail, openMail] = useState<string | null>(null);
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const order = useOrderThen(now, version) ?? now;
  const toThen = () => look(Math.max(1, now.version - 1));
  useOrderKeys(version === null ? now : undefined, openDialog, toThen);
  useOrderCommands(version === null ? now : undefined, { openDialog, onBack, toThen });
  return (
    <PastShown value={version === null ? null : { version, now }}>
      <FiguresExplained value={ask}>
        <main className={version === null ? "main order" : "main order then"}>
          <Head order={order} onDialog={openDialog} onBack={onBack} onThen={toThen} />
          {version !== null && <ThenBar order={now} version={version} facts={facts} onVersion={look} />}
          <div className="steps-row">
            <Steps order={order} facts={facts} />
            <Others id={now.id} />
          </div>
          <div className="page">
            <div className="page-main">
              {version === null && <Notices order={order} />}
              <Cart order={order} onDialog={openDialog} />
              <Parcels order={order} facts={facts} onDialog={openDialog} />
              <History order={order} facts={facts} onThen={look} onMail={openMail} />
            </div>
            <Side order={order} facts={facts} onDialog={openDialog} />
          </div>
        </main>
        <Suspense>
          {dialog && <OrderDialog id={now.id} kind={dialog} onClose={() => openDialog(null)} />}
          {mail && <MailWindow id={mail} onClose={() => openMail(null)} />}
          {asked && (
            <MadeOf order={now} asked={asked} facts={facts} onThen={look} onClose={() => ask(null)} />
          )}
        </Suspense>
      </FiguresExplained>
    </PastShown>
  );
}

/** Back to the list as it was, on the same row. */
function useBack(): () => void {
  const router = useRouter();
  const navigate = useNavigate();
  const search = useSearch({ from: "/orders/$id" });
  const { id } = useParams({ from: "/orders/$id" });
  return () => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: "/orders", search: { ...search, at: id } });
  };
}

function useOrderKeys(
  order: Order | undefined,
  openDialog: (kind: DialogKind) => void,
  toThen: () => void,
): void {
  const shop = useShop();
  const may = useMay()("orders:write");
  const edit = useEdit(order?.id);
  const on = (kind: DialogKind) => () => (order && may ? openDialog(kind) : false);
  useKeys({
    e: on("next"),
    m: () => (order && may ? edit() : false),
    s: on("status"),
    t: on("ship"),
    b: on("pay"),
    n: on("note"),
    o: on("particulars"),
    w: () => (order ? toThen() : false),
    y: () => (order ? copyBilling(order, shop) : false),
    p: () => (order ? window.open(receiptAddress(order.id), "_blank", "noreferrer") : false),
  });
}

/** What somebody else does to the order is shown when it happens. */
function useOrderNews(id: string): void {
  const client = useQueryClient();
  useNews(({ versions, resync }) => {
    const known = client.getQueryData<Order>(orderQuery(id).queryKey)?.version ?? 0;
    const version = versions.get(id) ?? 0;
    if (!resync && version <= known) return;
    for (const name of ["order", "timeline", "documents"])
      void client.invalidateQueries({ queryKey: [name, id] });
  });
}

interface Ways {
  openDialog: (kind: DialogKind) => void;
  onBack: () => void;
  toThen: () => void;
}

/** What the palette offers on an order's page. */
function useOrderCommands(order: Order | undefined, { openDialog, onBack, toThen }: Ways): void {
  const shop = useShop();
  const may = useMay()("orders:write");
  useCommands(() => {
    if (!order) return [];
    const group = i18n._("Order {number}", { number: order.number });
    const print = (paper: "a4" | "80mm") => () =>
      window.open(receiptAddress(order.id, paper), "_blank", "noreferrer");
    const slip = () => window.open(slipAddress(order.id), "_blank", "noreferrer");
    return [
      ...(may ? orderCommands(group, openDialog) : []),
      {
        id: "copy",
        label: i18n._("Copy the billing address"),
        group,
        icon: "copy",
        shortcut: "y",
        act: () => copyBilling(order, shop),
      },
      {
        id: "print a4",
        label: i18n._("Print the receipt"),
        group,
        icon: "print",
        shortcut: "p",
        act: print("a4"),
      },
      {
        id: "print 80mm",
        label: i18n._("Print the receipt on 80 mm"),
        group,
        icon: "print",
        act: print("80mm"),
      },
      {
        id: "then",
        label: i18n._("The order as it was"),
        group,
        icon: "clock",
        shortcut: "w",
        act: toThen,
      },
      { id: "print slip", label: i18n._("Print the packing slip"), group, icon: "print", act: slip },
      { id: "back", label: i18n._("Back to the list"), group, icon: "left", shortcut: "Esc", act: onBack },
    ];
  });
}

/** What does not fit together, in the server's words. */
function Notices({ order }: { order: Order }) {
  if (order.notices.length === 0) return null;
  return (
    <div className="order-notices" role="status">
      {order.notices.map((each) => (
        <p key={each.code}>
          <Icon name="warning" />
          {each.detail}
        </p>
      ))}
    </div>
  );
}

function Missing({ error }: { error: unknown }) {
  if (!error) {
    return (
      <main className="main order" aria-busy="true">
        <div className="bar" />
        <div className="bones">
          {[1, 2, 3, 4, 5, 6, 7, 8].map((each) => (
            <span key={each} className="bone" />
          ))}
        </div>
      </main>
    );
  }
  return (
    <main className="main empty" role="alert">
      <h1>{error instanceof Refused ? error.problem.detail : i18n._("The server does not answer.")}</h1>
      <Link to="/orders" className="button">
        {i18n._("To the orders")}
      </Link>
    </main>
  );
}
