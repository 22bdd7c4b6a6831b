/** Stock: the figures of every SKU; a click on any of them tells what made it. */

import { i18n } from "@lingui/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../app/session";
import { useShop, useZone } from "../orders/data";
import { When } from "../orders/list/columns";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { useNow } from "../parts/later";
import { PageHead } from "../parts/page_head";
import { SearchBox } from "../parts/search_box";
import { DataTable } from "../parts/table";
import { countText } from "../text/counts";
import { type StockItem, useStock } from "./data";
import "../styles/sheet.css";
import "../styles/order.css";
import "../styles/stock.css";

const StockWindow = lazy(() => import("./stock_window"));
const ReceiveWindow = lazy(() => import("./receive_window"));

export function StockList() {
  const search = useSearch({ from: "/stock" });
  const navigate = useNavigate();
  const may = useMay()("stock:write");
  const [receiving, receive] = useState(false);
  const { q, low, sku } = search;
  const list = useStock({ q, low });
  const go = (change: typeof search) =>
    void navigate({ to: "/stock", search: { ...search, ...change }, replace: true });
  return (
    <main className="main">
      <PageHead title={i18n._("Stock")} about={countText(list.count)}>
        <SearchBox
          label={i18n._("Search stock")}
          placeholder={i18n._("A part of the SKU…")}
          value={q ?? ""}
          onChange={(typed) => go({ q: typed || undefined })}
        />
        {may && (
          <>
            <Link to="/stock/take" className="button">
              <Icon name="scan" />
              {i18n._("Stock take")}
            </Link>
            <Button icon="plus" look="primary" onClick={() => receive(true)}>
              {i18n._("Receive")}
            </Button>
          </>
        )}
      </PageHead>
      <div className="page-body list-body">
        <p className="padded">
          <label className="check">
            <input
              type="checkbox"
              checked={low === "true"}
              onChange={(event) => go({ low: event.target.checked ? "true" : undefined })}
            />
            {i18n._("only what is low")}
          </label>
        </p>
        <StockTable list={list} onOpen={(row) => go({ sku: row.sku })} keys={!sku && !receiving} low={low} />
      </div>
      <Suspense>
        {sku && <StockWindow key={sku} sku={sku} onClose={() => go({ sku: undefined })} />}
        {receiving && <ReceiveWindow onClose={() => receive(false)} />}
      </Suspense>
    </main>
  );
}

interface TableProps {
  list: ReturnType<typeof useStock>;
  onOpen: (row: StockItem) => void;
  keys: boolean;
  low: string | undefined;
}

function StockTable({ list, onOpen, keys, low }: TableProps) {
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const figure = (row: StockItem, count: number, look = "") => (
    <button
      type="button"
      className={`figure-button ${look}`}
      aria-label={i18n._("Why is this {count}? {sku}", { count, sku: row.sku })}
      onClick={() => onOpen(row)}
    >
      {count}
    </button>
  );
  return (
    <DataTable
      label={i18n._("Stock")}
      rows={list.rows}
      more={list.more}
      error={list.error}
      keyOf={(row) => row.sku}
      onOpen={onOpen}
      keys={keys}
      empty={low ? i18n._("Nothing is low.") : i18n._("No SKU is counted yet: the first receipt begins it.")}
      columns={[
        { key: "sku", head: "SKU", cell: (row) => <b>{row.sku}</b> },
        {
          key: "on_hand",
          head: i18n._("On the shelf"),
          numeric: true,
          cell: (row) => figure(row, row.on_hand),
        },
        {
          key: "reserved",
          head: i18n._("Promised"),
          numeric: true,
          cell: (row) => figure(row, row.reserved),
        },
        {
          key: "available",
          head: i18n._("Available"),
          numeric: true,
          cell: (row) => figure(row, row.available, row.available < 0 ? "late" : row.low ? "low" : ""),
        },
        {
          key: "state",
          head: i18n._("Low at"),
          numeric: true,
          cell: (row) => (
            <span className={row.low ? "low" : "quiet"}>
              {row.low ? `${i18n._("low")} · ${row.low_at}` : (row.low_at ?? i18n._("never"))}
            </span>
          ),
        },
        {
          key: "policy",
          head: i18n._("When used up"),
          cell: (row) => (row.policy === "backorder" ? i18n._("promised on backorder") : i18n._("refused")),
          wide: true,
        },
        {
          key: "at",
          head: i18n._("Moved"),
          cell: (row) => <When at={row.updated_at} facts={facts} />,
          wide: true,
        },
      ]}
    />
  );
}
