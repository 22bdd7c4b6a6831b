/** The columns of the list: how they are headed, sorted, and what stands in a row. */

import { i18n } from "@lingui/core";
import type { ReactNode } from "react";
import type { OrderRow, Shop } from "../../api/client";
import { Payment, StatusPill, Tag } from "../../parts/pill";
import { moment, wholeInstant } from "../../text/instants";
import { fulfilmentLabel, methodLabel, sourceLabel } from "../../text/labels";
import { localeTag } from "../../text/language";
import { moneyText, quantityText } from "../../text/money";

export interface Facts {
  now: Date;
  zone: string;
  shop: Shop | undefined;
}

export interface Column {
  id: string;
  head: string;
  /** As the grid's template takes it. */
  width: string;
  sort?: { by: string; first: "" | "-" };
  numeric?: boolean;
  standard: boolean;
  cell: (row: OrderRow, facts: Facts) => ReactNode;
}

/** `short`: the day alone, or the clock of today. */
export function When({ at, facts, short = false }: { at: string; facts: Facts; short?: boolean }) {
  const { day, clock } = moment(at, facts.now, facts.zone, localeTag(), i18n._("yesterday"));
  return (
    <time dateTime={at} title={wholeInstant(at, facts.zone, localeTag())}>
      {short && day ? day : [day, clock].filter(Boolean).join(" ")}
    </time>
  );
}

function Tags({ tags }: { tags: readonly string[] }) {
  const [first] = tags;
  if (!first) return null;
  return (
    <>
      <Tag>{first}</Tag>
      {tags.length > 1 && (
        <span className="quiet" title={tags.join(", ")}>
          +{tags.length - 1}
        </span>
      )}
    </>
  );
}

export const buyerName = (row: Pick<OrderRow, "customer">): string =>
  row.customer?.erased ? i18n._("erased") : (row.customer?.name ?? "—");

export function columns(): Column[] {
  return [
    {
      id: "number",
      head: i18n._("No."),
      width: "84px",
      standard: true,
      sort: { by: "number", first: "-" },
      cell: (row) => <b className="number">{row.number}</b>,
    },
    {
      id: "created",
      head: i18n._("Date"),
      width: "108px",
      standard: true,
      sort: { by: "created_at", first: "-" },
      cell: (row, facts) => <When at={row.created_at} facts={facts} />,
    },
    {
      id: "customer",
      head: i18n._("Customer"),
      width: "minmax(110px, 1fr)",
      standard: true,
      sort: { by: "customer", first: "" },
      cell: (row) => <span title={buyerName(row)}>{buyerName(row)}</span>,
    },
    {
      id: "total",
      head: i18n._("Total"),
      width: "96px",
      standard: true,
      numeric: true,
      sort: { by: "total", first: "-" },
      cell: (row) => <b>{moneyText(row.total, localeTag())}</b>,
    },
    {
      id: "payment",
      head: i18n._("Payment"),
      width: "122px",
      standard: true,
      cell: (row) => <Payment code={row.payment_status} />,
    },
    {
      id: "status",
      head: i18n._("Status"),
      width: "138px",
      standard: true,
      cell: (row) => <StatusPill status={row.status} />,
    },
    {
      id: "tags",
      head: i18n._("Tags"),
      width: "108px",
      standard: true,
      cell: (row) => <Tags tags={row.tags} />,
    },
    {
      id: "fulfilment",
      head: i18n._("Sending"),
      width: "112px",
      standard: false,
      cell: (row) => fulfilmentLabel(row.fulfilment_status),
    },
    {
      id: "shipping",
      head: i18n._("Sent by"),
      width: "132px",
      standard: false,
      cell: (row, { shop }) =>
        row.shipping_method && methodLabel(row.shipping_method, shop?.shipping_methods),
    },
    {
      id: "method",
      head: i18n._("Paid by"),
      width: "110px",
      standard: false,
      cell: (row, { shop }) => row.payment_method && methodLabel(row.payment_method, shop?.payment_methods),
    },
    {
      id: "quantity",
      head: i18n._("Items"),
      width: "52px",
      standard: true,
      numeric: true,
      cell: (row) => quantityText(row.quantity, localeTag()),
    },
    {
      id: "tracking",
      head: i18n._("Tracking"),
      width: "132px",
      standard: false,
      cell: (row) => <span title={row.tracking_codes.join(", ")}>{row.tracking_codes[0]}</span>,
    },
    {
      id: "operator",
      head: i18n._("Operator"),
      width: "104px",
      standard: false,
      cell: (row) => row.operator,
    },
    {
      id: "source",
      head: i18n._("Source"),
      width: "92px",
      standard: false,
      cell: (row) => row.source && sourceLabel(row.source),
    },
  ];
}
