/** The order beside the list: most need no change of page. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import type { Order, OrderRow } from "../../api/client";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { Icon } from "../../parts/icon";
import { useSettled } from "../../parts/later";
import { FulfilmentPill, PaymentPill, StatusPill } from "../../parts/pill";
import { sourceLabel } from "../../text/labels";
import { orderQuery, timelineQuery } from "../data";
import type { DialogKind } from "../dialogs/kinds";
import { nextStep } from "../next_step";
import { receiptAddress } from "../papers";
import { type Facts, When } from "./columns";

const Details = lazy(() => import("./details"));

const SETTLE_MS = 90;

interface Props {
  row: OrderRow | undefined;
  facts: Facts;
  onOpen: (id: string) => void;
  onDialog: (kind: DialogKind) => void;
}

export function Preview({ row, facts, onOpen, onDialog }: Props) {
  const settled = useSettled(row?.id, SETTLE_MS);
  const client = useQueryClient();
  const id = settled === row?.id ? row?.id : undefined;
  const { data: read } = useQuery({ ...orderQuery(row?.id ?? ""), enabled: id !== undefined });
  useEffect(() => {
    if (!id) return;
    // What the order's own page shows is there before it is opened.
    void client.prefetchQuery(timelineQuery(id));
  }, [id, client]);
  if (!row) return <aside className="pane" aria-label={i18n._("Preview")} />;
  const order = read?.id === row.id ? read : undefined;
  return (
    <aside className="pane" aria-label={i18n._("Preview")}>
      <header>
        <div className="line">
          <h2>{row.number}</h2>
          <span className="quiet">
            <When at={row.created_at} facts={facts} />
            {row.source && ` · ${sourceLabel(row.source)}`}
          </span>
          <span className="grow" />
          <Button look="bare" size="small" shortcut="↵" onClick={() => onOpen(row.id)}>
            {i18n._("Open")}
          </Button>
        </div>
        <div className="line wrap">
          <StatusPill status={order?.status ?? row.status} />
          <PaymentPill code={order?.payment_status ?? row.payment_status} />
          <FulfilmentPill code={order?.fulfilment_status ?? row.fulfilment_status} />
        </div>
      </header>
      <div className="pane-body">
        <Suspense fallback={<Bones />}>
          {order ? <Details order={order} facts={facts} /> : <Bones />}
        </Suspense>
      </div>
      <Actions order={order} onDialog={onDialog} />
    </aside>
  );
}

function Bones() {
  return (
    <div className="bones" aria-hidden="true">
      {[1, 2, 3, 4, 5, 6].map((each) => (
        <span key={each} className="bone" />
      ))}
    </div>
  );
}

function Actions({ order, onDialog }: { order: Order | undefined; onDialog: (kind: DialogKind) => void }) {
  const may = useMay();
  const step = order && may("orders:write") ? nextStep(order) : undefined;
  return (
    <div className="pane-actions">
      {step ? (
        <Button look="primary" shortcut="e" onClick={() => onDialog("next")}>
          {step.label}
        </Button>
      ) : (
        <span className="quiet grow">{order && i18n._("Nothing is left to do.")}</span>
      )}
      {order && (
        <a
          className="button square"
          href={receiptAddress(order.id)}
          target="_blank"
          rel="noreferrer"
          aria-label={i18n._("Print the receipt")}
        >
          <Icon name="print" />
        </a>
      )}
      {order && may("orders:write") && (
        <Button
          icon="half"
          shortcut="s"
          aria-label={i18n._("Change the status")}
          onClick={() => onDialog("status")}
        />
      )}
    </div>
  );
}
