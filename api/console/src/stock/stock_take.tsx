/** A stock take: a scanner types into one field, counts add up, and are written once they were looked at. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useMay } from "../app/session";
import { useKeys } from "../keys/keys";
import { Button } from "../parts/button";
import { Complaints } from "../parts/field";
import { Icon } from "../parts/icon";
import { say } from "../parts/notices";
import { PageHead } from "../parts/page_head";
import { sentenceOf } from "../parts/refused";
import { CountTable } from "./count_table";
import { type Counted, itemOf, keepCounts, keptCounts, lookUp, readScan, withScan } from "./taking";
import { writeCounts } from "./writing_counts";
import "../styles/sheet.css";
import "../styles/order.css";
import "../styles/stock.css";

export function StockTake() {
  const may = useMay()("stock:write");
  const [rows, setRows] = useState<readonly Counted[]>(keptCounts);
  const [busy, setBusy] = useState(false);
  const client = useQueryClient();
  useEffect(() => void keepCounts(rows), [rows]);
  const open = rows.filter((each) => each.state !== "written" && each.counted.trim() !== "");
  const write = async () => {
    if (busy || open.length === 0) return;
    setBusy(true);
    const after = await writeCounts(client, rows, setRows);
    setBusy(false);
    const written = after.filter((each) => each.state === "written").length;
    say(
      i18n._("{count, plural, one {# count is written.} other {# counts are written.}}", { count: written }),
    );
  };
  /** Compares a row with what the shelf holds by now; nothing is written meanwhile. */
  const renew = async (row: Counted) => {
    setBusy(true);
    try {
      const item = await itemOf(row.sku);
      const held = { expected: item?.data.on_hand ?? null, version: item?.version ?? null };
      const renewed = { ...row, ...held, state: undefined, complaint: undefined };
      setRows((now) => now.map((each) => (each.sku === row.sku ? renewed : each)));
    } finally {
      setBusy(false);
    }
  };
  useKeys({ "ctrl+enter": () => void write() });
  return (
    <main className="main">
      <PageHead
        title={i18n._("Stock take")}
        about={i18n._("{count, plural, one {# SKU counted} other {# SKUs counted}}", { count: rows.length })}
        back={
          <Link to="/stock" className="back">
            <Icon name="left" />
            {i18n._("Stock")}
          </Link>
        }
      >
        {rows.length > 0 && (
          <Button disabled={busy} onClick={() => setRows(rows.filter((each) => each.state !== "written"))}>
            {i18n._("Put the written ones away")}
          </Button>
        )}
        <Button
          look="primary"
          shortcut="Ctrl ↵"
          disabled={!may || busy || open.length === 0}
          onClick={() => void write()}
        >
          {busy ? i18n._("Writing…") : i18n._("Write the counts")}
        </Button>
      </PageHead>
      <div className="page-body">
        <div className="page-column">
          <Scanner onFound={(found, units) => setRows((now) => withScan(now, found, units))} />
          <CountTable
            rows={rows}
            onChange={(sku, counted) =>
              setRows(rows.map((each) => (each.sku === sku ? { ...each, counted, state: undefined } : each)))
            }
            onRemove={(sku) => setRows(rows.filter((each) => each.sku !== sku))}
            onRenew={(row) => void renew(row)}
          />
        </div>
      </div>
    </main>
  );
}

interface ScannerProps {
  onFound: (found: Counted, units: number) => void;
}

/** The field that a scanner types into; codes are looked up one after the other, however fast they come. */
function Scanner({ onFound }: ScannerProps) {
  const [typed, setTyped] = useState("");
  const [last, tell] = useState("");
  const [complaints, complain] = useState<readonly string[]>([]);
  const field = useRef<HTMLInputElement>(null);
  const queue = useRef<Promise<void>>(Promise.resolve());
  useEffect(() => field.current?.focus(), []);
  useKeys({ "/": () => field.current?.focus() });
  const scan = (text: string) => {
    const { code, units } = readScan(text);
    setTyped("");
    queue.current = queue.current.then(async () => {
      try {
        const found = await lookUp(code);
        if (!found) return complain([i18n._("Nobody knows {code}: neither a barcode nor a SKU.", { code })]);
        complain([]);
        onFound(found, units);
        tell(`${units} × ${found.name || found.sku}`);
      } catch (error) {
        complain([`${code}: ${sentenceOf(error)}`]);
      }
    });
  };
  return (
    <section className="sheet padded form" aria-label={i18n._("Scan")}>
      <input
        ref={field}
        className="input scan"
        aria-label={i18n._("Barcode or SKU")}
        placeholder={i18n._("Scan a barcode, or type a SKU; 12 x SKU for several")}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !typed.trim()) return;
          event.preventDefault();
          scan(typed);
        }}
      />
      <p className="scan-last" role="status">
        {last}
      </p>
      <Complaints sentences={complaints} />
    </section>
  );
}
