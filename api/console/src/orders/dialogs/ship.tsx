/** Sending a parcel: with whom, under which code, which units; stock and the mail are seen before. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Order, taken } from "../../api/client";
import { complaintAt, complaintsElsewhere } from "../../api/problems";
import { ChoiceField, Complaints, TextField } from "../../parts/field";
import { Icon } from "../../parts/icon";
import { useSettled } from "../../parts/later";
import { StatusPill } from "../../parts/pill";
import { Window } from "../../parts/window";
import { keep, kept } from "../../text/device";
import { statusLabel } from "../../text/labels";
import { useShop } from "../data";
import { useDecision } from "./deciding";
import { DialogFoot } from "./foot";
import { MailChoice } from "./mail_choice";
import { Refusal } from "./refusal";
import { type StockChoice, StockChoiceField, StockTable } from "./stock_table";
import { leftToSend, UnitsTable, unitsOf } from "./units";

const FIELDS = ["/carrier", "/tracking_code"];
const CARRIER = "carrier";

interface Parcel {
  carrier: string;
  tracking_code: string;
  status?: string;
  items?: { item: string; quantity: unknown }[];
}

export function ShipDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const shop = useShop();
  const carriers = shop?.carriers ?? [];
  const usual = shop?.shipping_methods.find((each) => each.code === order.shipping_method)?.carrier;
  const [carrier, setCarrier] = useState(usual || kept(CARRIER) || "");
  const [code, setCode] = useState("");
  const [units, setUnits] = useState<Record<string, string>>({});
  const [moves, setMoves] = useState(true);
  const [stock, setStock] = useState<StockChoice>("apply");
  const [mails, setMails] = useState(true);
  const move = order.next_actions.find(
    (each) => each.action === "status" && each.allowed && each.status?.stage === "shipped",
  )?.status;
  const sent = carrier || carriers[0]?.code || "";
  const parcel: Parcel = {
    carrier: sent,
    tracking_code: code.trim(),
    ...(move && moves ? { status: move.code } : {}),
    ...unitsOf(order, units),
  };
  const preview = usePreview(order, parcel);
  const decision = useDecision<Record<string, unknown>>({
    order,
    request: (sending, headers) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/shipments", {
          params: { path: { order_id: order.id } },
          body: sending as never,
          headers,
        } as never),
      ),
    done: (after) => i18n._("{number}: the parcel is on its way", { number: after.number }),
    onClose,
  });
  const asks = preview.data?.stock.asks ?? false;
  const items = preview.data?.stock.items ?? [];
  const accept = () => {
    keep(CARRIER, sent);
    decision.send({
      ...parcel,
      notify: mails && order.mails_to ? ["customer"] : [],
      ...(asks ? { stock } : {}),
    });
  };
  const mailed = move && moves ? move.code : order.status.code;
  return (
    <Window
      title={i18n._("Send {number}", { number: order.number })}
      about={
        <span className="line">
          <StatusPill status={order.status} />
          {move && moves && (
            <>
              <Icon name="right" />
              <StatusPill status={move} />
            </>
          )}
        </span>
      }
      onClose={onClose}
      onAccept={accept}
      keys={{ 1: () => setStock("apply"), 2: () => setStock("leave"), m: () => setMails(!mails) }}
    >
      <div className="halves">
        <div>
          <div className="pair">
            <ChoiceField
              label={i18n._("Carrier")}
              value={sent}
              onChange={setCarrier}
              complaint={complaintAt(decision.error, "/carrier")}
              options={carriers.map((each) => ({ value: each.code, label: each.label }))}
            />
            <TextField
              label={i18n._("Tracking code")}
              autoFocus
              spellCheck={false}
              value={code}
              complaint={complaintAt(decision.error, "/tracking_code")}
              onChange={(event) => setCode(event.target.value)}
            />
          </div>
          {move && (
            <label className="check">
              <input type="checkbox" checked={moves} onChange={(event) => setMoves(event.target.checked)} />
              {i18n._("and move it to {status}", { status: statusLabel(move) })}
            </label>
          )}
          <UnitsTable
            order={order}
            left={leftToSend(order)}
            units={units}
            onUnits={setUnits}
            label={i18n._("Units to send")}
          />
          {preview.error && <Complaints sentences={complaintsElsewhere(preview.error, FIELDS)} />}
          {items.length > 0 && <StockTable items={items} />}
          {asks && <StockChoiceField items={items} value={stock} onChange={setStock} />}
          <Refusal
            order={order}
            error={decision.error}
            version={decision.version}
            fields={FIELDS}
            onLook={decision.lookAgain}
          />
        </div>
        <div className="aside">
          <MailChoice order={order} status={mailed} checked={mails} onChange={setMails} />
        </div>
      </div>
      <DialogFoot
        label={mails && order.mails_to ? i18n._("Send and tell") : i18n._("Send")}
        busy={decision.busy}
        disabled={!preview.data}
        onAccept={accept}
        onClose={onClose}
      />
    </Window>
  );
}

function usePreview(order: Order, parcel: Parcel) {
  const text = useSettled(JSON.stringify(parcel), 150);
  return useQuery({
    queryKey: ["parcel", order.id, order.version, text],
    queryFn: ({ signal }) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/shipments/preview", {
          params: { path: { order_id: order.id } },
          body: JSON.parse(text),
          signal,
        }),
      ),
    enabled: parcel.carrier !== "",
    staleTime: 0,
    placeholderData: (before) => before,
  });
}
