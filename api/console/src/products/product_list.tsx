/** The catalogue as a grid: names, prices, rates and barcodes are changed where they stand. */

import { i18n } from "@lingui/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../app/session";
import { useShop } from "../orders/data";
import { Bones } from "../parts/bones";
import { Button } from "../parts/button";
import { ChoiceField, Complaints } from "../parts/field";
import { Icon } from "../parts/icon";
import { PageHead } from "../parts/page_head";
import { sentenceOf } from "../parts/refused";
import { SearchBox } from "../parts/search_box";
import { countText } from "../text/counts";
import { useProducts } from "./data";
import { ProductGrid } from "./grid";
import "../styles/sheet.css";
import { LearnProducts } from "./learn";
import "../styles/order.css";

const ProductWindow = lazy(() => import("./product_window"));

export function ProductList() {
  const search = useSearch({ from: "/products" });
  const navigate = useNavigate();
  const may = useMay();
  const shop = useShop();
  const [making, make] = useState(false);
  const { q, active } = search;
  const list = useProducts({ q, active });
  const go = (change: typeof search) =>
    void navigate({ to: "/products", search: { ...search, ...change }, replace: true });
  return (
    <main className="main">
      <PageHead title={i18n._("Products")} about={countText(list.count)}>
        <SearchBox
          label={i18n._("Search the catalogue")}
          placeholder={i18n._("Name, SKU or barcode…")}
          value={q ?? ""}
          onChange={(typed) => go({ q: typed || undefined })}
        />
        <a className="button wide-only" href="/api/v1/products/catalogue.csv" download>
          <Icon name="download" />
          CSV
        </a>
        {may("stock:write") && (
          <Button icon="plus" look="primary" onClick={() => make(true)}>
            {i18n._("Product")}
          </Button>
        )}
      </PageHead>
      <div className="page-body list-body">
        <div className="padded line wrap grid-bar">
          <ChoiceField
            label={i18n._("Shown")}
            value={active ?? ""}
            options={[
              { value: "", label: i18n._("what is sold") },
              { value: "false", label: i18n._("what is sold no longer") },
              { value: "all", label: i18n._("everything") },
            ]}
            onChange={(value) => go({ active: (value || undefined) as typeof active })}
          />
          {may("stock:write") && (
            <span className="quiet wide-only">
              {i18n._("Enter changes a cell, Enter again writes it, Esc leaves it as it was.")}
            </span>
          )}
        </div>
        {list.error && !list.rows && <Complaints sentences={[sentenceOf(list.error)]} />}
        {!list.rows && !list.error && <Bones rows={8} />}
        {list.rows && shop && (
          <ProductGrid
            rows={list.rows}
            more={list.more}
            locale={{ locale: shop.defaults.locale, currency: shop.defaults.currency }}
            may={may("stock:write")}
            onOpen={(sku) => go({ sku })}
          />
        )}
        {list.rows?.length === 0 && (
          <div className="table-empty">
            <p className="quiet">
              {q ? i18n._("Nothing is called like that.") : i18n._("The catalogue is empty.")}
            </p>
            {!q && may("stock:write") && <LearnProducts label={i18n._("Learn from past orders")} />}
          </div>
        )}
      </div>
      <Suspense>
        {making && <ProductWindow onClose={() => make(false)} />}
        {search.sku && <ProductWindow sku={search.sku} onClose={() => go({ sku: undefined })} />}
      </Suspense>
    </main>
  );
}
