/** Moving an order to another status: what it does to stock, and the mail it sends, before it does. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Order, type Shop, taken } from "../../api/client";
import { complaintAt, complaintsElsewhere } from "../../api/problems";
import { ChoiceField, Complaints, TextField } from "../../parts/field";
import { Icon } from "../../parts/icon";
import { StatusPill } from "../../parts/pill";
import { Window } from "../../parts/window";
import { statusLabel } from "../../text/labels";
import { localeTag } from "../../text/language";
import { moneyText } from "../../text/money";
import { useShop } from "../data";
import { useDecision } from "./deciding";
import { DialogFoot } from "./foot";
import { MailChoice } from "./mail_choice";
import { Refusal } from "./refusal";
import { type StockChoice, StockChoiceField, StockTable } from "./stock_table";

const FIELDS = ["/reason"];

export function StatusDialog({
  order,
  status: first,
  onClose,
}: {
  order: Order;
  status?: string | undefined;
  onClose: () => void;
}) {
  const moves = order.next_actions.filter((each) => each.action === "status" && each.status);
  const allowed = moves.filter((each) => each.allowed);
  const shop = useShop();
  const [chosen, setChosen] = useState(first ?? allowed[0]?.status?.code ?? "");
  const [stock, setStock] = useState<StockChoice>("apply");
  const [told, setTold] = useState<boolean | null>(null);
  const [accepted, setAccepted] = useState(false);
  const [reason, setReason] = useState("");
  const target = shop?.statuses.find((each) => each.code === chosen);
  const preview = usePreview(order, chosen);
  const mails = told ?? target?.notifies_customer ?? false;
  const decision = useDecision<ReturnType<typeof body>>({
    order,
    request: (sent, headers) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/status", {
          params: { path: { order_id: order.id } },
          body: sent as never,
          headers,
        } as never),
      ),
    done: (after) =>
      i18n._("{number}: {status}", { number: after.number, status: statusLabel(after.status) }),
    onClose,
  });
  const asks = preview.data?.stock.asks ?? false;
  const owes = preview.data?.balance.asks ?? false;
  const accept = () =>
    preview.data &&
    decision.send(
      body({ chosen, asks, stock, owes, mails, reason, administrators: target?.notifies_administrators }),
    );
  return (
    <Window
      title={i18n._("Status of {number}", { number: order.number })}
      about={<About order={order} shop={shop} to={chosen} />}
      onClose={onClose}
      onAccept={accept}
      keys={{ 1: () => setStock("apply"), 2: () => setStock("leave"), m: () => setTold(!mails) }}
    >
      <div className="halves">
        <div>
          <ChoiceField
            label={i18n._("New status")}
            value={chosen}
            onChange={(code) => {
              setChosen(code);
              setTold(null);
            }}
            options={allowed.map(({ status }) => ({
              value: status?.code ?? "",
              label: status ? statusLabel(status) : "",
            }))}
          />
          {preview.error && <Complaints sentences={complaintsElsewhere(preview.error, [])} />}
          {preview.data && preview.data.stock.items.length > 0 && (
            <StockTable items={preview.data.stock.items} />
          )}
          {asks && (
            <StockChoiceField items={preview.data?.stock.items ?? []} value={stock} onChange={setStock} />
          )}
          {owes && preview.data && (
            <label className="check">
              <input
                type="checkbox"
                checked={accepted}
                onChange={(event) => setAccepted(event.target.checked)}
              />
              {i18n._("Complete it although {due} are due", {
                due: moneyText(preview.data.balance.due, localeTag()),
              })}
            </label>
          )}
          <TextField
            label={i18n._("Reason (optional)")}
            value={reason}
            complaint={complaintAt(decision.error, "/reason")}
            onChange={(event) => setReason(event.target.value)}
          />
          <Refusal
            order={order}
            error={decision.error}
            version={decision.version}
            fields={FIELDS}
            onLook={decision.lookAgain}
          />
        </div>
        <div className="aside">
          <MailChoice order={order} status={chosen} checked={mails} onChange={setTold} />
        </div>
      </div>
      <DialogFoot
        label={mails && order.mails_to ? i18n._("Change and tell") : i18n._("Change the status")}
        busy={decision.busy}
        disabled={!preview.data || (owes && !accepted)}
        onAccept={accept}
        onClose={onClose}
      />
    </Window>
  );
}

function usePreview(order: Order, status: string) {
  return useQuery({
    queryKey: ["move", order.id, order.version, status],
    queryFn: ({ signal }) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/status/preview", {
          params: { path: { order_id: order.id } },
          body: { status },
          signal,
        }),
      ),
    enabled: status !== "",
    staleTime: 0,
  });
}

interface Typed {
  chosen: string;
  asks: boolean;
  stock: StockChoice;
  owes: boolean;
  mails: boolean;
  administrators: boolean | undefined;
  reason: string;
}

/** The request as it was decided: nothing is left to what the server would assume. */
function body({ chosen, asks, stock, owes, mails, administrators, reason }: Typed) {
  return {
    status: chosen,
    notify: [...(mails ? ["customer"] : []), ...(administrators ? ["administrators"] : [])],
    ...(asks ? { stock } : {}),
    ...(owes ? { balance: "accept" } : {}),
    ...(reason.trim() ? { reason: reason.trim() } : {}),
  };
}

function About({ order, shop, to }: { order: Order; shop: Shop | undefined; to: string }) {
  const status = shop?.statuses.find((each) => each.code === to);
  return (
    <span className="line">
      <StatusPill status={order.status} />
      <Icon name="right" />
      {status && <StatusPill status={status} />}
    </span>
  );
}
