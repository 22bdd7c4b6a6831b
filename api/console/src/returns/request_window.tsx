/** Asks for goods back that were sent: of which order, which units, why. */

import { i18n } from "@lingui/core";
import { type ReactNode, useState } from "react";
import { api, type Order, taken } from "../api/client";
import { useDecision } from "../orders/dialogs/deciding";
import { DialogFoot } from "../orders/dialogs/foot";
import { Refusal } from "../orders/dialogs/refusal";
import { quantity, UnitsTable } from "../orders/dialogs/units";
import { useNumbered } from "../orders/numbered";
import { TextField } from "../parts/field";
import { Window } from "../parts/window";

interface Props {
  /** Told the order that the return is of. */
  onDone: (id: string) => void;
  onClose: () => void;
}

export default function RequestWindow({ onDone, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const { order, isUnknown } = useNumbered(typed);
  const number = (
    <TextField
      label={i18n._("Number of the order")}
      autoFocus
      value={typed}
      complaint={isUnknown ? i18n._("There is no such order.") : undefined}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
  if (order)
    return <Request key={order.id} order={order} number={number} onDone={onDone} onClose={onClose} />;
  return (
    <Window title={i18n._("A return")} onClose={onClose} narrow>
      <div className="padded form">{number}</div>
    </Window>
  );
}

/** The units of each line that were sent and did not come back. */
function sentOf(order: Order): Record<string, number> {
  const sent: Record<string, number> = {};
  const add = (item: string, units: number) => {
    sent[item] = (sent[item] ?? 0) + units;
  };
  for (const parcel of order.shipments)
    if (parcel.state !== "cancelled") for (const each of parcel.items) add(each.item, Number(each.quantity));
  for (const back of order.returns)
    if (back.state !== "cancelled") for (const each of back.items) add(each.item, -Number(each.quantity));
  return Object.fromEntries(order.items.map((line) => [line.id, Math.max(0, sent[line.id] ?? 0)]));
}

function Request({ order, number, onDone, onClose }: Props & { order: Order; number: ReactNode }) {
  const [units, setUnits] = useState<Record<string, string>>({});
  const [reason, setReason] = useState("");
  const left = sentOf(order);
  const items = Object.entries(units)
    .filter(([, text]) => text.trim() !== "" && !/^0+$/.test(text.trim()))
    .map(([item, text]) => ({ item, quantity: quantity(text.trim()) }));
  const decision = useDecision<Record<string, unknown>>({
    order,
    request: (body, headers) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/returns", {
          params: { path: { order_id: order.id } },
          body,
          headers,
        } as never),
      ),
    done: (after) => i18n._("{number}: the return is awaited", { number: after.number }),
    onClose: () => onDone(order.id),
  });
  const isSent = Object.values(left).some((each) => each > 0);
  const accept = () =>
    items.length && decision.send({ items, ...(reason.trim() && { reason: reason.trim() }) });
  return (
    <Window
      title={i18n._("A return of {number}", { number: order.number })}
      onClose={onClose}
      onAccept={accept}
      narrow
    >
      <div className="padded form">
        {number}
        {isSent ? (
          <UnitsTable
            order={order}
            left={left}
            units={units}
            onUnits={setUnits}
            label={i18n._("Units that come back")}
            none
          />
        ) : (
          <p className="quiet">{i18n._("Nothing of this order is with the customer.")}</p>
        )}
        <TextField
          label={i18n._("Reason (optional)")}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <Refusal
          order={order}
          error={decision.error}
          version={decision.version}
          fields={[]}
          onLook={decision.lookAgain}
        />
      </div>
      <DialogFoot
        label={i18n._("Await it")}
        busy={decision.busy}
        disabled={items.length === 0}
        onAccept={accept}
        onClose={onClose}
      />
    </Window>
  );
}
