/** The customer's orders, those of merged cards too. */

import { i18n } from "@lingui/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useShop, useZone } from "../../orders/data";
import { When } from "../../orders/list/columns";
import { useNow } from "../../parts/later";
import { Payment, StatusPill } from "../../parts/pill";
import { DataTable } from "../../parts/table";
import { countText } from "../../text/counts";
import { localeTag } from "../../text/language";
import { moneyText } from "../../text/money";
import { useOrdersOf } from "../data";

export function Orders({ id }: { id: string }) {
  const navigate = useNavigate();
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const list = useOrdersOf(id);
  return (
    <section className="sheet" aria-label={i18n._("Orders")}>
      <header>
        <h2>{i18n._("Orders")}</h2>
        <span className="quiet">{countText(list.count)}</span>
        <span className="grow" />
        <Link className="link" to="/orders" search={{ customer_id: id, archived: "all" }}>
          {i18n._("Show them in the list")}
        </Link>
      </header>
      <DataTable
        label={i18n._("Orders")}
        rows={list.rows}
        more={list.more}
        error={list.error}
        keyOf={(row) => row.id}
        onOpen={(row) => void navigate({ to: "/orders/$id", params: { id: row.id } })}
        empty={i18n._("There is no order.")}
        columns={[
          { key: "number", head: i18n._("Number"), cell: (row) => <b>{row.number}</b> },
          { key: "at", head: i18n._("Date"), cell: (row) => <When at={row.created_at} facts={facts} /> },
          { key: "status", head: i18n._("Status"), cell: (row) => <StatusPill status={row.status} /> },
          { key: "paid", head: i18n._("Payment"), cell: (row) => <Payment code={row.payment_status} /> },
          {
            key: "total",
            head: i18n._("Total"),
            numeric: true,
            cell: (row) => <b>{moneyText(row.total, localeTag())}</b>,
          },
        ]}
      />
    </section>
  );
}
