/** Over the order: its number, where it stands, and what can be done. */

import { i18n } from "@lingui/core";
import { useSearch } from "@tanstack/react-router";
import type { Order } from "../../api/client";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { Icon } from "../../parts/icon";
import { FulfilmentPill, PaymentPill, StatusPill } from "../../parts/pill";
import { fulfilmentLabel, paymentLabel, statusLabel } from "../../text/labels";
import type { DialogKind } from "../dialogs/kinds";
import { nextStep } from "../next_step";
import { receiptAddress } from "../papers";
import { useViews, viewOf } from "../views";
import { Marked } from "./figure";
import { Neighbours } from "./neighbours";
import { usePast } from "./past";

interface HeadProps {
  order: Order;
  onDialog: (kind: DialogKind) => void;
  onBack: () => void;
  onThen: () => void;
}

export function Head({ order, onDialog, onBack, onThen }: HeadProps) {
  const search = useSearch({ from: "/orders/$id" });
  const view = viewOf(useViews(), search);
  const past = usePast();
  return (
    <header className="bar order-bar">
      <button type="button" className="back" onClick={onBack}>
        <Icon name="left" />
        <span>{view?.name ?? i18n._("Orders")}</span>
      </button>
      <h1>{order.number}</h1>
      <Axes order={order} />
      <span className="grow" />
      {past === null && <Actions order={order} onDialog={onDialog} onThen={onThen} />}
      {past === null && <Neighbours id={order.id} />}
    </header>
  );
}

function Axes({ order }: { order: Order }) {
  return (
    <span className="line pills">
      <Marked order={order} show={(each) => statusLabel(each.status)}>
        <StatusPill status={order.status} />
      </Marked>
      <Marked order={order} show={(each) => paymentLabel(each.payment_status)}>
        <PaymentPill code={order.payment_status} />
      </Marked>
      <Marked order={order} show={(each) => fulfilmentLabel(each.fulfilment_status)}>
        <FulfilmentPill code={order.fulfilment_status} />
      </Marked>
    </span>
  );
}

function Actions({ order, onDialog, onThen }: Omit<HeadProps, "onBack">) {
  const may = useMay()("orders:write");
  const step = may ? nextStep(order) : undefined;
  return (
    <>
      <Button look="bare" size="small" icon="clock" shortcut="w" onClick={onThen}>
        <span className="word">{i18n._("As it was…")}</span>
      </Button>
      <a
        className="button small"
        href={receiptAddress(order.id)}
        target="_blank"
        rel="noreferrer"
        aria-keyshortcuts="p"
      >
        <Icon name="print" />
        <span className="word">{i18n._("Print")}</span>
        <kbd aria-hidden="true">p</kbd>
      </a>
      {may && (
        <Button size="small" shortcut="s" onClick={() => onDialog("status")}>
          {i18n._("Status…")}
        </Button>
      )}
      {step && (
        <Button look="primary" icon={step.icon} shortcut="e" onClick={() => onDialog("next")}>
          {step.label}
        </Button>
      )}
    </>
  );
}
