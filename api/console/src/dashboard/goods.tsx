/** Products: what sells best, what comes back, what runs low. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../app/session";
import { returnLabel } from "../text/labels";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import { Card } from "./card";
import { type Asked, lengthIn, lowStockQuery, productsQuery, returnsQuery } from "./data";
import { fileOf } from "./files";
import { Bars, Table } from "./rows";

const unitsText = (count: number): string =>
  i18n._("{count, plural, one {# unit} other {# units}}", { count });

export function TopProducts({ asked }: { asked: Asked }) {
  const locale = localeTag();
  const query = useQuery(productsQuery(asked));
  const rows = query.data?.rows ?? [];
  const then = new Map(query.data?.compared?.rows.map((row) => [row.key, row]));
  const more = (key: string, units: number) => {
    if (!query.data?.compared) return unitsText(units);
    const row = then.get(key);
    return i18n._("before: {amount}", { amount: row ? moneyText(row.total, locale) : "–" });
  };
  return (
    <Card
      title={i18n._("Products that sell best")}
      file={fileOf("top-products", { ...asked.days, currency: asked.currency, limit: "100" })}
      query={query}
      empty={rows.length === 0}
      nothing={i18n._("Nothing was sold in these days.")}
      picture={
        <Bars
          bars={rows.map((row) => ({
            key: row.key,
            label: row.label ?? row.key,
            length: lengthIn(row.total.amount),
            value: moneyText(row.total, locale),
            more: more(row.key, row.units),
            filter: row.filter,
          }))}
        />
      }
      table={
        <Table
          caption={i18n._("Products that sell best")}
          heads={[
            i18n._("SKU"),
            i18n._("Orders"),
            i18n._("Units"),
            i18n._("Came back"),
            i18n._("Total"),
            i18n._("Given back"),
          ]}
          rows={rows.map((row) => ({
            key: row.key,
            filter: row.filter,
            cells: [
              row.label ? `${row.label} (${row.key})` : row.key,
              row.orders,
              row.units,
              row.returned,
              moneyText(row.total, locale),
              moneyText(row.refunded, locale),
            ],
          }))}
        />
      }
    />
  );
}

export function Returns({ asked }: { asked: Asked }) {
  const locale = localeTag();
  const states = useQuery(returnsQuery(asked, "state"));
  const products = useQuery(returnsQuery(asked, "product"));
  const rows = states.data?.rows ?? [];
  const goods = products.data?.rows ?? [];
  const stateName = (state: string) => returnLabel(state);
  return (
    <Card
      title={i18n._("Returns")}
      about={i18n._("of the orders placed in these days")}
      file={fileOf("returns", { ...asked.days, currency: asked.currency, by: "product", limit: "100" })}
      query={states}
      empty={rows.length === 0}
      nothing={i18n._("Nothing came back.")}
      picture={
        <>
          <Bars
            bars={rows.map((row) => ({
              key: row.key,
              label: stateName(row.key),
              length: row.orders,
              value: new Intl.NumberFormat(locale).format(row.orders),
              more: unitsText(row.returned),
              filter: row.filter,
              colour: "amber",
            }))}
          />
          {goods.length > 0 && <h3>{i18n._("Came back most")}</h3>}
          <Bars
            bars={goods.map((row) => ({
              key: row.key,
              label: row.label ?? row.key,
              length: row.returned,
              value: unitsText(row.returned),
              more: i18n._("of {count} sold", { count: row.units }),
              filter: row.filter,
              colour: "amber",
            }))}
          />
        </>
      }
      table={
        <Table
          caption={i18n._("Returns")}
          heads={[
            i18n._("State or SKU"),
            i18n._("Orders"),
            i18n._("Units"),
            i18n._("Came back"),
            i18n._("Given back"),
          ]}
          rows={[...rows, ...goods].map((row) => ({
            key: `${row.state ?? "sku"} ${row.key}`,
            filter: row.filter,
            cells: [
              row.state ? stateName(row.state) : row.key,
              row.orders,
              row.units,
              row.returned,
              moneyText(row.refunded, locale),
            ],
          }))}
        />
      }
    />
  );
}

export function Low({ asked }: { asked: Asked }) {
  const may = useMay();
  const query = useQuery({ ...lowStockQuery(asked), enabled: may("stock:read") });
  const rows = query.data?.rows ?? [];
  if (!may("stock:read")) return null;
  return (
    <Card
      title={i18n._("Low stock")}
      about={i18n._("as it is now; sold in these days")}
      file={fileOf("low-stock", { ...asked.days })}
      query={query}
      empty={rows.length === 0}
      nothing={i18n._("Nothing runs low.")}
      picture={
        <Bars
          bars={rows.slice(0, 8).map((row) => ({
            key: row.sku,
            label: row.sku,
            length: Math.max(0, row.available),
            value: i18n._("{count} left", { count: row.available }),
            more: i18n._("{count} sold", { count: row.sold }),
            filter: row.filter,
            colour: row.available > 0 ? "amber" : "red",
          }))}
        />
      }
      table={
        <Table
          caption={i18n._("Low stock")}
          heads={[
            i18n._("SKU"),
            i18n._("On the shelf"),
            i18n._("Promised"),
            i18n._("Left"),
            i18n._("Low at"),
            i18n._("Sold"),
          ]}
          rows={rows.map((row) => ({
            key: row.sku,
            filter: row.filter,
            cells: [row.sku, row.on_hand, row.reserved, row.available, row.low_at ?? "–", row.sold],
          }))}
        />
      }
    />
  );
}
