/** The customers: found by name, mail, telephone or company. */

import { i18n } from "@lingui/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../app/session";
import { useShop, useZone } from "../orders/data";
import { When } from "../orders/list/columns";
import { Button } from "../parts/button";
import { useNow } from "../parts/later";
import { PageHead } from "../parts/page_head";
import { Tag } from "../parts/pill";
import { SearchBox } from "../parts/search_box";
import { DataTable, type TableColumn } from "../parts/table";
import { countText } from "../text/counts";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import { CardWindow } from "./card/card_window";
import { type CardRow, countOf, useCustomers } from "./data";
import "../styles/sheet.css";
import "../styles/order.css";

export function CustomerList() {
  const search = useSearch({ from: "/customers" });
  const navigate = useNavigate();
  const may = useMay();
  const [making, make] = useState(false);
  const list = useCustomers(search);
  const open = (id: string) => void navigate({ to: "/customers/$id", params: { id } });
  return (
    <main className="main">
      <PageHead title={i18n._("Customers")} about={countText(list.count)}>
        {may("personal:read") && (
          <SearchBox
            label={i18n._("Search customers")}
            placeholder={i18n._("Name, mail, telephone, company, city…")}
            value={search.q ?? ""}
            onChange={(q) =>
              void navigate({ to: "/customers", search: { ...search, q: q || undefined }, replace: true })
            }
          />
        )}
        {may("customers:write") && may("personal:read") && (
          <Button icon="plus" look="primary" onClick={() => make(true)}>
            {i18n._("Customer")}
          </Button>
        )}
      </PageHead>
      <div className="page-body list-body">
        {search.tag && (
          <p className="padded">
            <Button
              size="small"
              icon="close"
              onClick={() => void navigate({ to: "/customers", search: { ...search, tag: undefined } })}
            >
              {i18n._("Tag: {tag}", { tag: search.tag.join(", ") })}
            </Button>
          </p>
        )}
        <DataTable
          label={i18n._("Customers")}
          columns={useColumns()}
          rows={list.rows}
          more={list.more}
          error={list.error}
          keyOf={(row) => row.id}
          onOpen={(row) => open(row.id)}
          empty={search.q ? i18n._("Nobody is called like that.") : i18n._("There is no customer yet.")}
          keys={!making}
        />
      </div>
      {making && <CardWindow onClose={() => make(false)} onMade={open} />}
    </main>
  );
}

function useColumns(): TableColumn<CardRow>[] {
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const locale = localeTag();
  return [
    {
      key: "name",
      head: i18n._("Name"),
      cell: (row) => (
        <Link to="/customers/$id" params={{ id: row.id }}>
          <b>{row.name || row.company || row.email || "–"}</b>
        </Link>
      ),
    },
    { key: "company", head: i18n._("Company"), cell: (row) => row.company, wide: true },
    { key: "email", head: i18n._("E-mail"), cell: (row) => row.email },
    { key: "phone", head: i18n._("Telephone"), cell: (row) => row.phone, wide: true },
    {
      key: "city",
      head: i18n._("City"),
      cell: (row) => [row.postcode, row.city, row.country].filter(Boolean).join(" "),
    },
    { key: "orders", head: i18n._("Orders"), numeric: true, cell: (row) => countOf(row.lifetime) || "" },
    {
      key: "worth",
      head: i18n._("Worth"),
      numeric: true,
      cell: (row) => <b>{row.lifetime.map((each) => moneyText(each.worth, locale)).join(" + ")}</b>,
    },
    {
      key: "tags",
      head: i18n._("Tags"),
      cell: (row) => row.tags.map((each) => <Tag key={each}>{each}</Tag>),
      wide: true,
    },
    {
      key: "since",
      head: i18n._("Since"),
      cell: (row) => <When at={row.created_at} facts={facts} short />,
      wide: true,
    },
  ];
}
