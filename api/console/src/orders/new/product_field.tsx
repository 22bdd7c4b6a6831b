/** Looking for a product: by words, by a scanner, several at once, or one that no catalogue knows. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useState } from "react";
import { plain } from "../../parts/pick_list";
import { SearchPick } from "../../parts/search_pick";
import { localeTag } from "../../text/language";
import { moneyText, quantityText, rateText } from "../../text/money";
import { type CartLine, readWanted } from "./cart";
import { exactly, type FoundProduct, freeLine, lineOf, productsQuery, useFoundProducts } from "./found";

interface Props {
  currency: string;
  locale: string;
  field: RefObject<HTMLInputElement | null>;
  onLine: (line: CartLine) => void;
  /** Up from the empty field: to the last line. */
  onUp: () => void;
}

export function ProductField({ currency, locale, field, onLine, onUp }: Props) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const { quantity, words } = readWanted(typed);
  const found = useFoundProducts(words, currency, locale);
  const { isCurrent } = found;
  const meant = exactly(found.products, words);
  const products = meant ? [meant, ...found.products.filter((each) => each !== meant)] : found.products;
  const add = (line: CartLine) => {
    setTyped("");
    onLine(line);
  };
  const pick = (index: number) => {
    const product = products[index];
    add(product ? lineOf(product, quantity) : freeLine(words, quantity));
  };
  // A scanner is quicker than any answer: its code is looked up aside, and the field is free for the next one.
  const scan = async (text: string) => {
    const wanted = readWanted(text);
    setTyped("");
    const found = await client.fetchQuery(productsQuery(wanted.words, currency, locale)).catch(() => []);
    const product = exactly(found, wanted.words);
    if (product) onLine(lineOf(product, wanted.quantity));
    else setTyped((now) => now || text);
  };
  const free = words !== "" && {
    key: "free",
    content: <span className="quiet">{i18n._("“{words}”, not in the catalogue…", { words })}</span>,
  };
  const hits = products.map((each) => ({ key: each.sku, content: <Hit product={each} words={words} /> }));
  return (
    <SearchPick
      label={i18n._("Add a product")}
      placeholder={i18n._("Name, SKU or barcode")}
      hint={i18n._("3 x honey = three at once")}
      value={typed}
      onChange={setTyped}
      found={free && isCurrent ? [...hits, free] : hits}
      isCurrent={isCurrent}
      field={field}
      onPick={pick}
      onEnter={scan}
      onKey={(event) => {
        if (event.key !== "ArrowUp" || typed) return;
        event.preventDefault();
        onUp();
      }}
    />
  );
}

function Hit({ product, words }: { product: FoundProduct; words: string }) {
  const locale = localeTag();
  const { unit_price: price, tax_rate: rate, available } = product;
  return (
    <>
      <Marked text={product.name} words={words} />
      <b>{price ? moneyText(price, locale) : "—"}</b>
      <small className="quiet">
        {[product.sku, rate && i18n._("VAT {rate}", { rate: rateText(rate, locale) })]
          .filter(Boolean)
          .join(" · ")}
      </small>
      {available !== null && (
        <small className={product.low || available <= 0 ? "late" : "quiet"}>
          {i18n._("{count} free", { count: quantityText(available, locale) })}
        </small>
      )}
    </>
  );
}

/** The text with what was looked for marked in it, accents or not. */
export function Marked({ text, words }: { text: string; words: string }) {
  const at = plain(text).length === text.length ? plain(text).indexOf(plain(words)) : -1;
  if (at < 0 || words === "") return <span>{text}</span>;
  return (
    <span>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + words.length)}</mark>
      {text.slice(at + words.length)}
    </span>
  );
}
