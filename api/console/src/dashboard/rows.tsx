/** Rows of figures, as bars and as a table; each leads to the list of its orders. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { listOf } from "./data";

export interface Bar {
  key: string;
  label: ReactNode;
  /** How long the bar is, beside the others. */
  length: number;
  /** What is written behind it. */
  value: string;
  /** Smaller, below: a number of orders, or what it was before. */
  more?: string;
  filter: string;
  colour?: string;
}

const WIDTH = 1000;

/** Bars from one line, the longest over the whole width. */
export function Bars({ bars }: { bars: Bar[] }) {
  const longest = Math.max(...bars.map(({ length }) => length), 0) || 1;
  return (
    <ul className="bars">
      {bars.map((bar) => (
        <li key={bar.key}>
          <Link to="/orders" search={listOf(bar.filter)}>
            <span className="bar-label">{bar.label}</span>
            <span className="bar-value numeric">
              {bar.value}
              {bar.more && <small className="quiet">{bar.more}</small>}
            </span>
            <svg viewBox={`0 0 ${WIDTH} 8`} preserveAspectRatio="none" aria-hidden="true">
              <rect className="bar-ground" width={WIDTH} height="8" />
              <rect
                className={`bar-length ${bar.colour ?? ""}`}
                width={Math.max(bar.length > 0 ? 4 : 0, (bar.length / longest) * WIDTH)}
                height="8"
              />
            </svg>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export interface TableRow {
  key: string;
  cells: ReactNode[];
  /** Where there is a list of its orders. */
  filter?: string;
}

/** The figures themselves; the first column names the row and leads to its orders. */
export function Table({ heads, rows, caption }: { heads: string[]; rows: TableRow[]; caption: string }) {
  return (
    <div className="dash-table">
      <table>
        <caption className="hidden-text">{caption}</caption>
        <thead>
          <tr>
            {heads.map((head, at) => (
              <th key={head} scope="col" className={at ? "numeric" : ""}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              {row.cells.map((cell, at) =>
                at === 0 ? (
                  <th key={heads[at]} scope="row">
                    {row.filter === undefined ? (
                      cell
                    ) : (
                      <Link to="/orders" search={listOf(row.filter)} className="link">
                        {cell}
                      </Link>
                    )}
                  </th>
                ) : (
                  <td key={heads[at]} className="numeric">
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** So many orders, in words. */
export const ordersText = (count: number): string =>
  i18n._("{count, plural, one {# order} other {# orders}}", { count });
