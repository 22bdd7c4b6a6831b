/** What an action would do to all of the orders: how many, which not and why, stock and mails. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import type { BulkPreview, OrderRow } from "../../api/client";
import { Icon } from "../../parts/icon";
import { StockTable } from "../dialogs/stock_table";
import { refusalText } from "./words";

interface Props {
  preview: BulkPreview;
  rows: readonly OrderRow[];
}

export function PreviewSum({ preview, rows }: Props) {
  const numbers = new Map(rows.map((row) => [row.id, row.number]));
  const { orders, looked_at, done, unchanged, refused, mails, stock } = preview;
  return (
    <>
      <ul className="bulk-sum">
        <li>
          <Icon name="check" />
          <b>{i18n._("{done, plural, one {# order changes} other {# orders change}}", { done })}</b>
        </li>
        {unchanged > 0 && (
          <li className="quiet">
            <Icon name="minus" />
            {i18n._("{unchanged, plural, one {# is so already} other {# are so already}}", { unchanged })}
          </li>
        )}
        {refused.map((each) => (
          <li key={each.code} className="late">
            <Icon name="close" />
            <span>
              {i18n._("{count} refused: {why}", { count: each.orders, why: refusalText(each.code) })}
              <Examples ids={each.examples} numbers={numbers} more={each.orders} />
            </span>
          </li>
        ))}
        <li className="quiet">
          <Icon name="mail" />
          {i18n._(
            "{count, plural, =0 {No customer is written to} one {# customer is written to} other {# customers are written to}}",
            {
              count: mails.customer,
            },
          )}
        </li>
      </ul>
      {looked_at < orders && (
        <p className="quiet">
          {i18n._("Worked out for the first {count}; the others are decided on one by one.", {
            count: looked_at,
          })}
        </p>
      )}
      {stock.length > 0 && <StockTable items={stock} />}
    </>
  );
}

interface ExamplesProps {
  ids: readonly string[];
  numbers: ReadonlyMap<string, string>;
  more: number;
}

/** Some of the refused orders, by number. */
function Examples({ ids, numbers, more }: ExamplesProps) {
  const named = ids.filter((id) => numbers.has(id));
  if (named.length === 0) return null;
  return (
    <small>
      {named.map((id, place) => (
        <span key={id}>
          {place > 0 && ", "}
          <Link to="/orders/$id" params={{ id }}>
            {numbers.get(id)}
          </Link>
        </span>
      ))}
      {more > named.length && "…"}
    </small>
  );
}
