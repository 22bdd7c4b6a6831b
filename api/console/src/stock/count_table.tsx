/** What was counted beside what the books say. */

import { i18n } from "@lingui/core";
import { Button } from "../parts/button";
import { DataTable } from "../parts/table";
import type { Counted } from "./taking";

interface Props {
  rows: readonly Counted[];
  onChange: (sku: string, counted: string) => void;
  onRemove: (sku: string) => void;
  /** Asks that a row be compared with the books of now. */
  onRenew: (row: Counted) => void;
}

export function CountTable({ rows, onChange, onRemove, onRenew }: Props) {
  return (
    <section className="sheet" aria-label={i18n._("Counted")}>
      <DataTable
        label={i18n._("Counted")}
        rows={rows}
        keyOf={(row) => row.sku}
        empty={i18n._("Nothing was counted yet. What you count is kept on this device until it is written.")}
        columns={[
          {
            key: "sku",
            head: "SKU",
            cell: (row) => (
              <>
                <b>{row.sku}</b> <span className="quiet">{row.name}</span>
              </>
            ),
          },
          {
            key: "expected",
            head: i18n._("By the books"),
            numeric: true,
            cell: (row) => row.expected ?? <span className="quiet">{i18n._("not counted yet")}</span>,
          },
          {
            key: "counted",
            head: i18n._("Counted"),
            numeric: true,
            cell: (row) => (
              <input
                className="input short"
                inputMode="numeric"
                aria-label={i18n._("Counted of {sku}", { sku: row.sku })}
                disabled={row.state === "written"}
                value={row.counted}
                onChange={(event) => onChange(row.sku, event.target.value)}
              />
            ),
          },
          { key: "state", head: i18n._("State"), cell: (row) => <State row={row} /> },
          {
            key: "actions",
            head: "",
            numeric: true,
            cell: (row) => (
              <>
                {row.state === "moved" && (
                  <Button size="small" onClick={() => onRenew(row)}>
                    {i18n._("It is counted as it lies there now")}
                  </Button>
                )}
                <Button
                  icon="close"
                  look="bare"
                  size="small"
                  aria-label={i18n._("Take {name} off", { name: row.sku })}
                  onClick={() => onRemove(row.sku)}
                />
              </>
            ),
          },
        ]}
      />
    </section>
  );
}

function State({ row }: { row: Counted }) {
  if (row.state === "written") return <span className="settled-text">{i18n._("written")}</span>;
  if (row.state) return <span className="late">{row.complaint}</span>;
  if (row.expected === null || String(row.expected) === row.counted.trim())
    return (
      <span className="quiet">
        {row.expected === null ? i18n._("begins to be counted") : i18n._("as expected")}
      </span>
    );
  return <span className="low">{i18n._("differs")}</span>;
}
