/** Why is this 47? The figures of a SKU, every movement that made them, and to whom units are promised. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Versioned } from "../api/client";
import { useMay } from "../app/session";
import { useShop, useZone } from "../orders/data";
import { When } from "../orders/list/columns";
import { Bones } from "../parts/bones";
import { Complaints } from "../parts/field";
import { useNow } from "../parts/later";
import { sentenceOf } from "../parts/refused";
import { Segments } from "../parts/segments";
import { DataTable } from "../parts/table";
import { Window } from "../parts/window";
import { actorLabel } from "../text/labels";
import { Count, Policy, Receive } from "./actions";
import { type Movement, promisedQuery, type StockItem, stockItemQuery, useMovements } from "./data";
import { movedBecause } from "./words";

type Tab = "movements" | "promised" | "receive" | "count" | "policy";

interface Props {
  sku: string;
  onClose: () => void;
}

export default function StockWindow({ sku, onClose }: Props) {
  const { data, error } = useQuery(stockItemQuery(sku));
  return (
    <Window title={sku} onClose={onClose}>
      <div className="padded form">
        {data ? <Opened item={data} /> : error ? <Complaints sentences={[sentenceOf(error)]} /> : <Bones />}
      </div>
    </Window>
  );
}

function Opened({ item }: { item: Versioned<StockItem> }) {
  const may = useMay()("stock:write");
  const [tab, open] = useState<Tab>("movements");
  const { on_hand, reserved, available, low, sku } = item.data;
  const doing: { value: Tab; label: string }[] = may
    ? [
        { value: "receive", label: i18n._("Receive") },
        { value: "count", label: i18n._("Count") },
        { value: "policy", label: i18n._("Rules") },
      ]
    : [];
  return (
    <>
      <dl className="stock-figures">
        <div>
          <dt>{i18n._("On the shelf")}</dt>
          <dd>{on_hand}</dd>
        </div>
        <div>
          <dt>{i18n._("Promised")}</dt>
          <dd>{reserved}</dd>
        </div>
        <div>
          <dt>{i18n._("Available")}</dt>
          <dd className={available < 0 ? "late" : low ? "low" : undefined}>{available}</dd>
        </div>
      </dl>
      <Segments
        label={i18n._("Shown")}
        value={tab}
        options={[
          { value: "movements", label: i18n._("What moved it") },
          { value: "promised", label: i18n._("Promised to") },
          ...doing,
        ]}
        onChange={open}
      />
      {tab === "movements" && <Movements sku={sku} />}
      {tab === "promised" && <PromisedTo sku={sku} />}
      {tab === "receive" && <Receive sku={sku} onDone={() => open("movements")} />}
      {tab === "count" && <Count item={item} onDone={() => open("movements")} />}
      {tab === "policy" && <Policy item={item} />}
    </>
  );
}

function Movements({ sku }: { sku: string }) {
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const list = useMovements(sku);
  const moved = ({ before, change, after }: Movement["on_hand"]) =>
    change === 0 ? (
      <span className="quiet">{after}</span>
    ) : (
      <span title={`${change > 0 ? "+" : ""}${change}`}>
        <del>{before}</del> → <ins>{after}</ins>
      </span>
    );
  return (
    <DataTable
      label={i18n._("What moved it")}
      rows={list.rows}
      more={list.more}
      error={list.error}
      keyOf={(row) => String(row.position)}
      empty={i18n._("Nothing moved it yet.")}
      columns={[
        { key: "at", head: i18n._("Date"), cell: (row) => <When at={row.at} facts={facts} /> },
        {
          key: "what",
          head: i18n._("What"),
          cell: (row) => (
            <>
              {movedBecause(row)}{" "}
              {row.order && (
                <Link className="link" to="/orders/$id" params={{ id: row.order.id }}>
                  {row.order.number}
                </Link>
              )}
              {row.reason && <q className="quiet">{row.reason}</q>}
            </>
          ),
        },
        { key: "shelf", head: i18n._("On the shelf"), numeric: true, cell: (row) => moved(row.on_hand) },
        { key: "promised", head: i18n._("Promised"), numeric: true, cell: (row) => moved(row.reserved) },
        { key: "available", head: i18n._("Available"), numeric: true, cell: (row) => moved(row.available) },
        { key: "by", head: i18n._("By"), cell: (row) => actorLabel(row.actor), wide: true },
      ]}
    />
  );
}

function PromisedTo({ sku }: { sku: string }) {
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const { data, error } = useQuery(promisedQuery(sku));
  return (
    <DataTable
      label={i18n._("Promised to")}
      rows={data?.items}
      error={error}
      keyOf={(row) => `${row.order_id} ${row.line}`}
      empty={i18n._("No unit is promised.")}
      columns={[
        {
          key: "order",
          head: i18n._("Order"),
          cell: (row) => (
            <Link className="link" to="/orders/$id" params={{ id: row.order_id }}>
              {row.number}
            </Link>
          ),
        },
        { key: "who", head: i18n._("Customer"), cell: (row) => row.customer_name || "–" },
        {
          key: "at",
          head: i18n._("Placed"),
          cell: (row) => (row.placed_at ? <When at={row.placed_at} facts={facts} /> : "–"),
        },
        { key: "units", head: i18n._("Units"), numeric: true, cell: (row) => <b>{row.quantity}</b> },
      ]}
    />
  );
}
