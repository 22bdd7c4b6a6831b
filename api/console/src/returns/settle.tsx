/** Closes a return: by money that went back, by other goods in exchange, or with nothing. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { api, type Order, taken } from "../api/client";
import type { components } from "../api/schema";
import { useMay } from "../app/session";
import { useDecision } from "../orders/dialogs/deciding";
import { RefundDialog } from "../orders/dialogs/refund";
import { Refusal } from "../orders/dialogs/refusal";
import { quantity } from "../orders/dialogs/units";
import { Button } from "../parts/button";
import { ChoiceField, TextField } from "../parts/field";
import { useSettled } from "../parts/later";
import { Segments } from "../parts/segments";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import type { Return } from "./return_window";

interface Props {
  order: Order;
  back: Return;
}

const SETTLE_MS = 200;

type How = "refund" | "exchange" | "nothing";

export function Settle({ order, back }: Props) {
  const [how, setHow] = useState<How>("refund");
  return (
    <div className="form settle">
      <Segments
        label={i18n._("Settle it")}
        value={how}
        options={[
          { value: "refund", label: i18n._("by money back") },
          { value: "exchange", label: i18n._("by other goods") },
          { value: "nothing", label: i18n._("with nothing") },
        ]}
        onChange={setHow}
      />
      {how === "refund" && <ByRefund key={order.version} order={order} back={back} />}
      {how === "exchange" && <ByExchange order={order} back={back} />}
      {how === "nothing" && <WithNothing order={order} back={back} />}
    </div>
  );
}

function useSettlement({ order, back }: Props) {
  return useDecision<Record<string, unknown>>({
    order,
    request: (body, headers) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/returns/{number}/settlement", {
          params: { path: { order_id: order.id, number: back.number } },
          body,
          headers,
        } as never),
      ),
    done: () => i18n._("The return is settled."),
    onClose: () => undefined,
  });
}

function ByRefund({ order, back }: Props) {
  const mayRefund = useMay()("orders:refund");
  const used = new Set(order.returns.map((each) => each.refund));
  const refunds = order.refunds.filter((each) => !each.withdrawn_at && !used.has(each.id));
  const [chosen, choose] = useState("");
  const [giving, give] = useState(false);
  const settlement = useSettlement({ order, back });
  const refund = chosen || (refunds.at(-1)?.id ?? "");
  return (
    <>
      {refunds.length > 0 ? (
        <ChoiceField
          label={i18n._("By which refund")}
          value={refund}
          onChange={choose}
          options={refunds.map((each) => ({
            value: each.id,
            label: `${each.id} · ${moneyText(each.amount, localeTag())}`,
          }))}
        />
      ) : (
        <p className="quiet">{i18n._("No money went back yet that this return could be settled by.")}</p>
      )}
      <Refusal
        order={order}
        error={settlement.error}
        version={settlement.version}
        fields={[]}
        onLook={settlement.lookAgain}
      />
      <p className="line wrap">
        {mayRefund && <Button onClick={() => give(true)}>{i18n._("Give money back…")}</Button>}
        <Button
          look="primary"
          disabled={!refund || settlement.busy}
          onClick={() => settlement.send({ refund })}
        >
          {i18n._("Settle")}
        </Button>
      </p>
      {giving && <RefundDialog order={order} onClose={() => give(false)} />}
    </>
  );
}

function ByExchange({ order, back }: Props) {
  const may = useMay()("orders:refund");
  const [sku, setSku] = useState("");
  const [units, setUnits] = useState("1");
  const product = useProduct(sku);
  const exchange = useDecision<Record<string, unknown>>({
    order,
    request: (body, headers) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/returns/{number}/exchange", {
          params: { path: { order_id: order.id, number: back.number } },
          body,
          headers,
        } as never),
      ),
    done: () => i18n._("An order in exchange is placed; what it is worth more or less stands on it."),
    onClose: () => undefined,
  });
  if (!may) return <p className="quiet">{i18n._("This needs the permission to give money back.")}</p>;
  const send = () => {
    if (!product?.unit_price) return;
    const { name, unit_price, tax_rate } = product;
    const line = { sku: product.sku, name, unit_price, ...(tax_rate && { tax_rate }) };
    exchange.send({ items: [{ ...line, quantity: quantity(units.trim()) }] });
  };
  const onEnter = (event: KeyboardEvent) => event.key === "Enter" && send();
  return (
    <>
      <div className="pair">
        <TextField
          label={i18n._("SKU of the catalogue")}
          value={sku}
          hint={productHint(sku, product)}
          onChange={(event) => setSku(event.target.value)}
          onKeyDown={onEnter}
        />
        <TextField
          label={i18n._("Units")}
          inputMode="decimal"
          value={units}
          onChange={(event) => setUnits(event.target.value)}
          onKeyDown={onEnter}
        />
      </div>
      <p className="quiet">
        {i18n._("The value of what came back is credited on a new order; what is left of it goes back.")}
      </p>
      <Refusal
        order={order}
        error={exchange.error}
        version={exchange.version}
        fields={[]}
        onLook={exchange.lookAgain}
      />
      <Button look="primary" disabled={!product?.unit_price || exchange.busy} onClick={send}>
        {i18n._("Exchange")}
      </Button>
    </>
  );
}

type Product = components["schemas"]["ProductRowAnswer"];

/** The product of a SKU that is typed; none: undefined. */
function useProduct(typed: string): Product | undefined {
  const sku = useSettled(typed.trim(), SETTLE_MS);
  const { data } = useQuery({
    queryKey: ["product of", sku],
    queryFn: ({ signal }) => taken(api.GET("/api/v1/products", { params: { query: { q: sku } }, signal })),
    enabled: sku !== "",
  });
  return sku && sku === typed.trim() ? data?.items.find((each) => each.sku === sku) : undefined;
}

function productHint(typed: string, product: Product | undefined): string {
  if (!typed.trim()) return "";
  if (!product) return i18n._("There is no such product.");
  if (!product.unit_price) return i18n._("It has no price in this currency.");
  return `${product.name} · ${moneyText(product.unit_price, localeTag())}`;
}

function WithNothing({ order, back }: Props) {
  const [reason, setReason] = useState("");
  const settlement = useSettlement({ order, back });
  const send = () => settlement.send(reason.trim() ? { reason: reason.trim() } : {});
  return (
    <>
      <TextField
        label={i18n._("Reason (optional)")}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => event.key === "Enter" && send()}
      />
      <Refusal
        order={order}
        error={settlement.error}
        version={settlement.version}
        fields={[]}
        onLook={settlement.lookAgain}
      />
      <Button look="primary" disabled={settlement.busy} onClick={send}>
        {i18n._("Settle")}
      </Button>
    </>
  );
}
