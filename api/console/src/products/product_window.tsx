/** All that is known of a product: names by language, prices by currency, rate, unit, barcode, picture, options. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, type Shop, type Versioned, versioned, writing } from "../api/client";
import { useMay } from "../app/session";
import { useShop } from "../orders/data";
import { Bones } from "../parts/bones";
import { Button } from "../parts/button";
import { type Editor, useEditor } from "../parts/editor";
import { ChoiceField, Complaints, TextField } from "../parts/field";
import { FormSheet } from "../parts/form";
import { say } from "../parts/notices";
import { sentenceOf } from "../parts/refused";
import { TextList } from "../parts/text_list";
import { Window } from "../parts/window";
import { wholeOf } from "../settings/whole";
import { LANGUAGES } from "../text/language";
import { factsOf, type Product, productChanged, productQuery, putProduct } from "./data";
import { bodyOf, type ProductValues, UNITS, valuesOf } from "./product_values";
import { RetireProduct } from "./retire_product";

interface Props {
  /** Left out: a new product. */
  sku?: string;
  onClose: () => void;
}

export default function ProductWindow({ sku, onClose }: Props) {
  const shop = useShop();
  const { data, error } = useQuery({ ...productQuery(sku ?? ""), enabled: sku !== undefined });
  const ready = shop && (sku === undefined || data);
  return (
    <Window title={sku ?? i18n._("A new product")} onClose={onClose}>
      <div className="form-window">
        {ready && <Edit shop={shop} product={sku === undefined ? undefined : data} onClose={onClose} />}
        {!ready && error && <Complaints sentences={[sentenceOf(error)]} />}
        {!ready && !error && <Bones />}
      </div>
    </Window>
  );
}

interface EditProps {
  shop: Shop;
  product: Versioned<Product> | undefined;
  onClose: () => void;
}

function Edit({ shop, product, onClose }: EditProps) {
  const client = useQueryClient();
  const may = useMay()("stock:write");
  const { currency } = shop.defaults;
  const before = product && factsOf(product.data);
  const editor = useEditor<ProductValues, Versioned<Product>>({
    name: `product.${product?.data.sku ?? ""}`,
    standing: { values: valuesOf(product?.data, currency), version: product?.version ?? 0 },
    refresh: async () => {
      const now = await client.fetchQuery(productQuery(product?.data.sku ?? ""));
      return { values: valuesOf(now.data, currency), version: now.version };
    },
    send: (values, headers) => {
      const body = bodyOf(values);
      if (product) {
        const params = { path: { sku: product.data.sku } };
        return versioned(api.PUT("/api/v1/products/{sku}", { params, body, headers }));
      }
      const fresh = writing(headers["Idempotency-Key"] ?? crypto.randomUUID());
      return versioned(
        api.POST("/api/v1/products", { body: { ...body, sku: values.sku.trim() }, headers: fresh }),
      );
    },
    done: (answer) => {
      productChanged(client, answer);
      say(i18n._("{sku} is saved.", { sku: answer.data.sku }), {
        undo: before && (() => takeBack(answer, before)),
      });
      onClose();
    },
  });
  const takeBack = async (answer: Versioned<Product>, facts: NonNullable<typeof before>) => {
    try {
      productChanged(client, await putProduct(answer.data.sku, facts, answer.version));
    } catch (error) {
      say(sentenceOf(error), { bad: true });
    }
  };
  return (
    <FormSheet
      editor={editor}
      labels={labelsOf()}
      may={may && (product?.data.active ?? true)}
      action={product ? i18n._("Save") : i18n._("Take it into the catalogue")}
      beside={product && may && <RetireProduct product={product} onDone={onClose} />}
    >
      {!product && (
        <TextField
          label="SKU"
          value={editor.values.sku}
          complaint={editor.complaint("sku")}
          onChange={(event) => editor.set({ sku: event.target.value })}
        />
      )}
      <Names editor={editor} />
      <Prices editor={editor} />
      <Particulars editor={editor} />
      <Options editor={editor} />
      {product && (
        <p>
          <Link className="link" to="/stock" search={{ sku: product.data.sku }}>
            {i18n._("Its stock, and what moved it")}
          </Link>
        </p>
      )}
    </FormSheet>
  );
}

const labelsOf = (): Partial<Record<keyof ProductValues, string>> => ({
  sku: "SKU",
  names: i18n._("Names"),
  prices: i18n._("Prices"),
  tax_rate: i18n._("Tax, %"),
  unit: i18n._("Unit"),
  weight: i18n._("Weight, g"),
  barcode: i18n._("Barcode"),
  picture: i18n._("Address of a picture"),
  options: i18n._("Options"),
});

interface PartProps {
  editor: Editor<ProductValues>;
}

function Names({ editor }: PartProps) {
  const { values, set, complaint } = editor;
  return (
    <div className="form-row">
      {Object.entries(LANGUAGES).map(([locale, language]) => (
        <TextField
          key={locale}
          label={i18n._("Name in {language}", { language })}
          value={values.names[locale] ?? ""}
          complaint={complaint(`names/${locale}`) ?? complaint("names")}
          onChange={(event) => set({ names: { ...values.names, [locale]: event.target.value } })}
        />
      ))}
    </div>
  );
}

function Prices({ editor }: PartProps) {
  const { values, set, complaint } = editor;
  const change = (at: number, part: Partial<ProductValues["prices"][number]>) =>
    set({ prices: values.prices.map((each, place) => (place === at ? { ...each, ...part } : each)) });
  return (
    <div className="form-row">
      {values.prices.map((price, at) => (
        <div key={at} className="price-pair">
          <TextField
            label={i18n._("Price")}
            inputMode="decimal"
            value={price.amount}
            complaint={complaint(`prices/${at}/amount`) ?? complaint(`prices/${at}`)}
            onChange={(event) => change(at, { amount: event.target.value })}
          />
          <TextField
            label={i18n._("Currency")}
            maxLength={3}
            value={price.currency}
            complaint={complaint(`prices/${at}/currency`)}
            onChange={(event) => change(at, { currency: event.target.value.toUpperCase() })}
          />
        </div>
      ))}
      <p className="line">
        <Button
          size="small"
          icon="plus"
          onClick={() => set({ prices: [...values.prices, { amount: "", currency: "" }] })}
        >
          {i18n._("In another currency")}
        </Button>
      </p>
    </div>
  );
}

function Particulars({ editor }: PartProps) {
  const { values, set, complaint } = editor;
  return (
    <>
      <div className="form-row">
        {values.taxes ? (
          <p className="quiet">
            {i18n._("Several taxes are charged: {taxes}.", {
              taxes: values.taxes.map(({ name, rate }) => `${name} ${rate} %`).join(", "),
            })}
          </p>
        ) : (
          <TextField
            label={i18n._("Tax, %")}
            hint={i18n._("Left empty: what the shop charges.")}
            inputMode="decimal"
            value={values.tax_rate}
            complaint={complaint("tax_rate")}
            onChange={(event) => set({ tax_rate: event.target.value })}
          />
        )}
        <ChoiceField
          label={i18n._("Unit")}
          value={values.unit}
          options={UNITS.map((value) => ({ value, label: value === "piece" ? i18n._("piece") : value }))}
          complaint={complaint("unit")}
          onChange={(unit) => set({ unit })}
        />
        <TextField
          label={i18n._("Weight, g")}
          inputMode="numeric"
          value={String(values.weight ?? "")}
          complaint={complaint("weight")}
          onChange={(event) => set({ weight: event.target.value ? wholeOf(event.target.value) : null })}
        />
        <TextField
          label={i18n._("Barcode")}
          value={values.barcode}
          complaint={complaint("barcode")}
          onChange={(event) => set({ barcode: event.target.value })}
        />
      </div>
      <TextField
        label={i18n._("Address of a picture")}
        inputMode="url"
        hint={i18n._("It begins with https://; this page shows none from elsewhere, a click opens it.")}
        value={values.picture}
        complaint={complaint("picture")}
        onChange={(event) => set({ picture: event.target.value })}
      />
      {values.picture.startsWith("https://") && (
        <a className="link" href={values.picture} target="_blank" rel="noreferrer">
          {values.picture}
        </a>
      )}
    </>
  );
}

function Options({ editor }: PartProps) {
  const { values, set, complaint } = editor;
  const change = (at: number, part: Partial<ProductValues["options"][number]>) =>
    set({ options: values.options.map((each, place) => (place === at ? { ...each, ...part } : each)) });
  return (
    <>
      {values.options.map((option, at) => (
        <div key={at} className="form-row">
          <TextField
            label={i18n._("Option, such as colour")}
            value={option.name}
            complaint={complaint(`options/${at}/name`) ?? complaint(`options/${at}`)}
            onChange={(event) => change(at, { name: event.target.value })}
          />
          <TextList
            label={i18n._("What can be chosen")}
            values={option.values}
            complaint={complaint(`options/${at}/values`)}
            onChange={(chosen) => change(at, { values: chosen })}
          />
        </div>
      ))}
      <p>
        <Button
          size="small"
          icon="plus"
          onClick={() => set({ options: [...values.options, { name: "", values: [] }] })}
        >
          {i18n._("An option")}
        </Button>
      </p>
    </>
  );
}
