/** Sells a product no longer, or again. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { api, type Versioned, versioned, writing } from "../api/client";
import { Button } from "../parts/button";
import { say } from "../parts/notices";
import { sentenceOf } from "../parts/refused";
import { type Product, productChanged } from "./data";

interface Props {
  product: Versioned<Product>;
  onDone: () => void;
}

export function RetireProduct({ product, onDone }: Props) {
  const client = useQueryClient();
  const { sku, active } = product.data;
  const act = async (sell: boolean, version: number): Promise<Versioned<Product> | null> => {
    const call = { params: { path: { sku } }, body: {}, headers: writing(crypto.randomUUID(), version) };
    try {
      const answer = await (sell
        ? versioned(api.POST("/api/v1/products/{sku}/restore", call))
        : versioned(api.DELETE("/api/v1/products/{sku}", call)));
      productChanged(client, answer);
      return answer;
    } catch (error) {
      say(sentenceOf(error), { bad: true });
      return null;
    }
  };
  const toggle = async () => {
    const answer = await act(!active, product.version);
    if (!answer) return;
    say(active ? i18n._("{sku} is sold no longer.", { sku }) : i18n._("{sku} is sold again.", { sku }), {
      undo: () => act(active, answer.version),
    });
    onDone();
  };
  return (
    <Button look="bare" onClick={() => void toggle()}>
      {active ? i18n._("Sell it no longer") : i18n._("Sell it again")}
    </Button>
  );
}
