/** The returns of an order: what is awaited, what came back and how, and how each is settled. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Order, taken } from "../api/client";
import { useMay } from "../app/session";
import { orderQuery } from "../orders/data";
import { useDecision } from "../orders/dialogs/deciding";
import { Refusal } from "../orders/dialogs/refusal";
import { quantity } from "../orders/dialogs/units";
import { Bones } from "../parts/bones";
import { Button } from "../parts/button";
import { Window } from "../parts/window";
import { localeTag } from "../text/language";
import { quantityText } from "../text/money";
import { State } from "./return_list";
import { Settle } from "./settle";
import "../styles/returns.css";

export type Return = Order["returns"][number];

export default function ReturnWindow({ id, onClose }: { id: string; onClose: () => void }) {
  const { data: order } = useQuery(orderQuery(id));
  const title = order ? i18n._("Returns of {number}", { number: order.number }) : i18n._("Returns");
  return (
    <Window title={title} onClose={onClose}>
      <div className="padded form">
        {!order && <Bones rows={4} />}
        {order && (
          <Link to="/orders/$id" params={{ id }} onClick={onClose} className="link">
            {i18n._("To the order")}
          </Link>
        )}
        {order &&
          [...order.returns]
            .reverse()
            .map((each) => <One key={`${each.number} ${each.state}`} order={order} back={each} />)}
      </div>
    </Window>
  );
}

interface OneProps {
  order: Order;
  back: Return;
}

function One({ order, back }: OneProps) {
  const may = useMay()("orders:write");
  const isOpen = back.state === "requested" || back.state === "received";
  return (
    <section className="return" aria-label={i18n._("Return {number}", { number: back.number })}>
      <header className="line wrap">
        <b>{i18n._("Return {number}", { number: back.number })}</b>
        <State code={back.state} />
        {back.reason && <span className="quiet">{back.reason}</span>}
        <span className="grow" />
        <a
          className="button small"
          href={`/api/v1/orders/${order.id}/returns/${back.number}/slip.pdf`}
          target="_blank"
          rel="noreferrer"
        >
          {i18n._("Slip")}
        </a>
      </header>
      <Units order={order} back={back} />
      {may && isOpen && <Receive order={order} back={back} />}
      {may && back.state === "received" && <Settle order={order} back={back} />}
      {back.state === "settled" && <p className="quiet">{settledText(back)}</p>}
    </section>
  );
}

function settledText({ refund, exchange, note }: Return): string {
  const how = exchange
    ? i18n._("Settled by an order in exchange.")
    : refund
      ? i18n._("Settled by the refund {refund}.", { refund })
      : i18n._("Settled without money.");
  return note ? `${how} ${note}` : how;
}

const conditionText = (condition: string): string => {
  const words: Record<string, string> = {
    new: i18n._("as new"),
    opened: i18n._("opened"),
    damaged: i18n._("damaged"),
  };
  return words[condition] ?? condition;
};

const nameOf = (order: Order, item: string): string =>
  order.items.find((each) => each.id === item)?.name ?? item;

function Units({ order, back }: OneProps) {
  const units = (each: { item: string; quantity: number | string }) =>
    `${quantityText(each.quantity, localeTag())} × ${nameOf(order, each.item)}`;
  return (
    <ul>
      {back.items.map((each) => (
        <li key={`awaited ${each.item}`}>{units(each)}</li>
      ))}
      {back.received.map((each, place) => (
        <li key={`received ${place}`} className="quiet">
          {i18n._("came back: {units}, {condition}", {
            units: units(each),
            condition: conditionText(each.condition),
          })}
          {each.restock && ` · ${i18n._("on the shelf again")}`}
        </li>
      ))}
    </ul>
  );
}

interface Received {
  units: string;
  condition: "new" | "opened" | "damaged";
  restock: boolean;
}

/** What is still awaited of a line. */
function awaited(back: Return, item: string): number {
  const sum = (list: readonly { item: string; quantity: number | string }[]) =>
    list.filter((each) => each.item === item).reduce((all, each) => all + Number(each.quantity), 0);
  return sum(back.items) - sum(back.received);
}

/** Writes down what came back, line by line: how much, in which condition, and whether it goes onto the shelf. */
function Receive({ order, back }: OneProps) {
  const lines = back.items.filter((each) => awaited(back, each.item) > 0);
  const [typed, setTyped] = useState<Record<string, Received>>({});
  const of = (item: string): Received =>
    typed[item] ?? { units: String(awaited(back, item)), condition: "new", restock: true };
  const set = (item: string, change: Partial<Received>) =>
    setTyped({ ...typed, [item]: { ...of(item), ...change } });
  const path = { order_id: order.id, number: back.number };
  const receive = useDecision<Record<string, unknown>>({
    order,
    request: (body, headers) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/returns/{number}/receipt", {
          params: { path },
          body,
          headers,
        } as never),
      ),
    done: () => i18n._("What came back is written down."),
    onClose: () => undefined,
  });
  const cancel = useDecision<Record<string, unknown>>({
    order,
    request: (_, headers) =>
      taken(
        api.DELETE("/api/v1/orders/{order_id}/returns/{number}", {
          params: { path },
          body: {},
          headers,
        } as never),
      ),
    done: () => i18n._("The return is called off."),
    onClose: () => undefined,
  });
  if (lines.length === 0) return null;
  const items = lines
    .map(({ item }) => ({ item, ...of(item) }))
    .filter(({ units }) => units.trim() !== "" && !/^0+$/.test(units.trim()))
    .map(({ item, units, condition, restock }) => ({
      item,
      quantity: quantity(units.trim()),
      condition,
      restock,
    }));
  const asked = receive.error ?? cancel.error;
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (items.length) receive.send({ items });
      }}
    >
      {lines.map(({ item }) => (
        <ReceivedLine
          key={item}
          name={nameOf(order, item)}
          value={of(item)}
          onChange={(each) => set(item, each)}
        />
      ))}
      <Refusal
        order={order}
        error={asked}
        version={receive.version}
        fields={[]}
        onLook={receive.error ? receive.lookAgain : cancel.lookAgain}
      />
      <p className="line wrap">
        <Button type="submit" look="primary" disabled={receive.busy || items.length === 0}>
          {i18n._("It came back")}
        </Button>
        {back.received.length === 0 && (
          <Button disabled={cancel.busy} onClick={() => cancel.send({})}>
            {i18n._("Call it off")}
          </Button>
        )}
      </p>
    </form>
  );
}

interface LineProps {
  name: string;
  value: Received;
  onChange: (change: Partial<Received>) => void;
}

function ReceivedLine({ name, value, onChange }: LineProps) {
  return (
    <div className="received-line">
      <input
        className="input short"
        inputMode="decimal"
        aria-label={i18n._("Units of {name}", { name })}
        value={value.units}
        onChange={(event) => onChange({ units: event.target.value })}
      />
      <span className="grow">{name}</span>
      <select
        className="input"
        aria-label={i18n._("Condition of {name}", { name })}
        value={value.condition}
        onChange={(event) => {
          const condition = event.target.value as Received["condition"];
          onChange({ condition, ...(condition === "damaged" && { restock: false }) });
        }}
      >
        {(["new", "opened", "damaged"] as const).map((each) => (
          <option key={each} value={each}>
            {conditionText(each)}
          </option>
        ))}
      </select>
      <label className="check">
        <input
          type="checkbox"
          checked={value.restock}
          onChange={(event) => onChange({ restock: event.target.checked })}
        />
        {i18n._("onto the shelf")}
      </label>
    </div>
  );
}
