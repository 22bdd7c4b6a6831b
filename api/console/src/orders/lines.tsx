/** The cart as the preview shows it. */

import { i18n } from "@lingui/core";
import { useQueries } from "@tanstack/react-query";
import type { Line, Order } from "../api/client";
import { useMay } from "../app/session";
import { methodLabel } from "../text/labels";
import { localeTag } from "../text/language";
import { isNothing, moneyText, quantityText } from "../text/money";
import { stockQuery, useShop } from "./data";

export interface Free {
  available: number;
  low: boolean;
}

/** The free units of the order's SKUs; a SKU that nobody counts is not there. */
export function useFree(lines: readonly Line[]): ReadonlyMap<string, Free> {
  const may = useMay();
  const skus = may("stock:read") ? [...new Set(lines.map((line) => line.sku).filter(Boolean))] : [];
  return useQueries({
    queries: skus.map(stockQuery),
    combine: (answers) => {
      const found = new Map<string, Free>();
      for (const { data } of answers) if (data) found.set(data.sku, data);
      return found;
    },
  });
}

export function CartLines({ order }: { order: Order }) {
  const free = useFree(order.items);
  const shop = useShop();
  return (
    <table className="cart-lines">
      <tbody>
        {order.items.map((line) => (
          <CartLine key={line.id} line={line} free={free.get(line.sku)} />
        ))}
        {!isNothing(order.shipping_total) && (
          <tr>
            <td />
            <td className="quiet">
              {order.shipping_method
                ? methodLabel(order.shipping_method, shop?.shipping_methods)
                : i18n._("Shipping")}
            </td>
            <td className="numeric">{moneyText(order.shipping_total, localeTag())}</td>
          </tr>
        )}
        <tr className="sum">
          <td />
          <td>{i18n._("Total")}</td>
          <td className="numeric">{moneyText(order.total, localeTag())}</td>
        </tr>
      </tbody>
    </table>
  );
}

function CartLine({ line, free }: { line: Line; free: Free | undefined }) {
  const stock = free && i18n._("{count} free", { count: quantityText(free.available, localeTag()) });
  return (
    <tr>
      <td className="numeric quiet">{quantityText(line.quantity, localeTag())} ×</td>
      <td>
        {line.name}
        <small className={free && (free.low || free.available <= 0) ? "late" : "quiet"}>
          {[line.sku, stock].filter(Boolean).join(" · ")}
        </small>
      </td>
      <td className="numeric">{moneyText(line.total, localeTag())}</td>
    </tr>
  );
}
