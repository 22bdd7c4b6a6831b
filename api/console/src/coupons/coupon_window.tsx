/** A coupon's code and rules: a new one, or other rules for one that is there. */

import { i18n } from "@lingui/core";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, type Versioned, versioned } from "../api/client";
import type { components } from "../api/schema";
import { useMay } from "../app/session";
import { type Editor, type Standing, useEditor } from "../parts/editor";
import { ChoiceField, TextField } from "../parts/field";
import { CheckField, FormSheet } from "../parts/form";
import { say } from "../parts/notices";
import { TextList } from "../parts/text_list";
import { Window } from "../parts/window";
import { localeTag } from "../text/language";
import { placesOfCurrency } from "../text/money";
import { blank, type Kind, rulesForm, type TypedRules, typed as typedRules } from "./rules";

type Coupon = components["schemas"]["CouponAnswer"];

interface Props {
  /** The coupon's code; empty for a new one. */
  code: string;
  currency: string;
  zone: string;
  onClose: () => void;
}

export default function CouponWindow(props: Props) {
  const { code, currency, zone } = props;
  const { data, refetch } = useQuery({ ...couponQuery(code), enabled: code !== "" });
  const read = ({ data: coupon, version }: Versioned<Coupon>) => ({
    values: typedRules(code, coupon.rules, currency, zone),
    version,
  });
  if (!code) return <CouponForm {...props} standing={{ values: blank(currency), version: 0 }} />;
  if (!data) return null;
  const refresh = async () => read((await refetch({ throwOnError: true })).data ?? data);
  return <CouponForm {...props} standing={read(data)} refresh={refresh} />;
}

const couponQuery = (code: string) =>
  queryOptions({
    queryKey: ["coupon", code],
    queryFn: ({ signal }) =>
      versioned(api.GET("/api/v1/coupons/{code}", { params: { path: { code } }, signal })),
    staleTime: 0,
  });

interface FormProps extends Props {
  standing: Standing<TypedRules>;
  refresh?: () => Promise<Standing<TypedRules>>;
}

function CouponForm({ code, currency, zone, onClose, standing, refresh }: FormProps) {
  const may = useMay()("coupons:write");
  const client = useQueryClient();
  const places = placesOfCurrency(currency);
  const editor = useEditor<TypedRules, Versioned<Coupon>>({
    standing,
    refresh: refresh ?? (async () => standing),
    name: `coupon.${code}`,
    send: (values, headers) => {
      const rules = rulesForm(values, zone, places);
      if (code) {
        const params = { path: { code } };
        return versioned(api.PUT("/api/v1/coupons/{code}/rules", { params, body: rules, headers }));
      }
      const { "If-Match": _, ...once } = headers;
      const body = { code: values.code.trim(), rules };
      return versioned(api.POST("/api/v1/coupons", { body, headers: once }));
    },
    done: ({ data }) => {
      for (const name of ["coupons", "coupon"]) void client.invalidateQueries({ queryKey: [name] });
      say(i18n._("The coupon {code} stands.", { code: data.code }));
      onClose();
    },
  });
  return (
    <Window title={code ? i18n._("Coupon {code}", { code }) : i18n._("New coupon")} onClose={onClose}>
      <FormSheet editor={editor} labels={labels()} may={may} isNew={!code}>
        <Fields editor={editor} isNew={!code} currency={currency} />
      </FormSheet>
    </Window>
  );
}

const labels = (): Partial<Record<keyof TypedRules, string>> => ({
  code: i18n._("Code"),
  kind: i18n._("Gives"),
  percent: i18n._("Percent"),
  amount: i18n._("Amount"),
  minimum: i18n._("From an order of"),
  valid_from: i18n._("From"),
  valid_until: i18n._("Until, this day included"),
  limit: i18n._("How often in all"),
  limit_per_customer: i18n._("How often by one customer"),
  most_items: i18n._("For so many units, the dearest"),
  products: i18n._("For these SKUs only"),
  sku_patterns: i18n._("For SKUs like"),
  tags: i18n._("For orders or customers with a tag"),
});

interface FieldsProps {
  editor: Editor<TypedRules>;
  isNew: boolean;
  currency: string;
}

function Fields({ editor, isNew, currency }: FieldsProps) {
  const { values, set } = editor;
  const words = labels();
  // A new coupon's rules stand in a field of their own.
  const complaint = (name: keyof TypedRules) =>
    editor.complaint(isNew && name !== "code" ? `rules/${name}` : name) ??
    editor.complaint(isNew ? `rules/${name}/amount` : `${name}/amount`);
  const field = (name: "percent" | "amount" | "minimum" | "limit" | "limit_per_customer" | "most_items") => (
    <TextField
      label={words[name] ?? name}
      inputMode="decimal"
      value={values[name]}
      complaint={complaint(name)}
      onChange={(event) => set({ [name]: event.target.value })}
    />
  );
  const day = (name: "valid_from" | "valid_until") => (
    <TextField
      label={words[name] ?? name}
      type="date"
      lang={localeTag()}
      value={values[name]}
      complaint={complaint(name)}
      onChange={(event) => set({ [name]: event.target.value })}
    />
  );
  const list = (name: "products" | "sku_patterns" | "tags", hint?: string) => (
    <TextList
      label={words[name] ?? name}
      values={values[name]}
      complaint={complaint(name)}
      {...(hint && { hint })}
      onChange={(texts) => set({ [name]: texts })}
    />
  );
  return (
    <>
      <div className="form-row">
        {isNew && (
          <TextField
            label={i18n._("Code")}
            value={values.code}
            complaint={complaint("code")}
            onChange={(event) => set({ code: event.target.value.toUpperCase() })}
          />
        )}
        <ChoiceField
          label={i18n._("Gives")}
          value={values.kind}
          options={[
            { value: "percent", label: i18n._("a part of the price") },
            { value: "amount", label: i18n._("an amount, in {currency}", { currency }) },
            { value: "free_shipping", label: i18n._("free shipping") },
          ]}
          onChange={(kind) => set({ kind: kind as Kind })}
        />
        {values.kind === "percent" && field("percent")}
        {values.kind === "amount" && field("amount")}
      </div>
      <div className="form-row">
        {field("minimum")}
        {day("valid_from")}
        {day("valid_until")}
      </div>
      <div className="form-row">
        {field("limit")}
        {field("limit_per_customer")}
        {field("most_items")}
      </div>
      <div className="form-row">
        {list("products")}
        {list("sku_patterns", i18n._("A star stands for any characters: MUG-*. Enter puts one more."))}
        {list("tags")}
      </div>
      <CheckField
        label={i18n._("Others may stand beside it")}
        checked={values.combines}
        onChange={(combines) => set({ combines })}
      />
      <CheckField
        label={i18n._("Its percentage is taken of what other coupons leave")}
        checked={values.multiplies}
        onChange={(multiplies) => set({ multiplies })}
      />
    </>
  );
}
