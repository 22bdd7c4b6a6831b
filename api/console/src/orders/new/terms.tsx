/** Beside the cart: coupons, discount, sending, paying, and what the house keeps in mind. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { api, taken } from "../../api/client";
import { ChoiceField, TextField } from "../../parts/field";
import { TagChips, withTag } from "../../parts/tag_chips";
import { methodLabel } from "../../text/labels";
import { useShop } from "../data";
import { withComma } from "./amounts";
import type { Cart } from "./cart";
import "../../styles/segments.css";

interface Props {
  cart: Cart;
  change: (next: Partial<Cart>) => void;
  complaints: ReadonlyMap<string, string>;
}

/** Coupons are looked at once they are typed whole. */
export function CouponField({
  value,
  complaint,
  onChange,
}: {
  value: string;
  complaint: string | undefined;
  onChange: (value: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const done = () => typed !== value && onChange(typed);
  return (
    <TextField
      label={i18n._("Coupons")}
      data-place="coupons"
      autoCapitalize="characters"
      spellCheck={false}
      value={typed}
      complaint={complaint}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => event.key === "Enter" && done()}
    />
  );
}

interface MoneyProps {
  label: string;
  value: string;
  placeholder?: string | undefined;
  complaint: string | undefined;
  onChange: (value: string) => void;
}

export function MoneyField({ label, value, placeholder, complaint, onChange }: MoneyProps) {
  return (
    <TextField
      label={label}
      inputMode="decimal"
      className="input numeric"
      value={withComma(value)}
      placeholder={placeholder && withComma(placeholder)}
      complaint={complaint}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

export function Terms({ cart, change, complaints }: Props) {
  const shop = useShop();
  const sending = shop?.shipping_methods ?? [];
  const paying = shop?.payment_methods ?? [];
  const none = { value: "", label: "—" };
  return (
    <>
      <section className="card pair">
        <h2 className="hidden-text">{i18n._("Price")}</h2>
        <CouponField
          value={cart.coupons}
          complaint={complaints.get("coupons")}
          onChange={(coupons) => change({ coupons })}
        />
        <MoneyField
          label={i18n._("Discount")}
          value={cart.discount}
          placeholder="0"
          complaint={complaints.get("discount")}
          onChange={(discount) => change({ discount })}
        />
      </section>
      <section className="card pair">
        <h2 className="hidden-text">{i18n._("Shipping and payment")}</h2>
        <ChoiceField
          label={i18n._("Shipping")}
          value={cart.shippingMethod}
          complaint={complaints.get("shipping_method")}
          onChange={(shippingMethod) => change({ shippingMethod })}
          options={[none, ...sending.map(({ code }) => ({ value: code, label: methodLabel(code, sending) }))]}
        />
        <MoneyField
          label={i18n._("Charge")}
          value={cart.charge}
          placeholder="0"
          complaint={complaints.get("shipping_charge")}
          onChange={(charge) => change({ charge })}
        />
        <ChoiceField
          label={i18n._("Payment")}
          value={cart.paymentMethod}
          complaint={complaints.get("payment_method")}
          onChange={(paymentMethod) => change({ paymentMethod })}
          options={[none, ...paying.map(({ code }) => ({ value: code, label: methodLabel(code, paying) }))]}
        />
        <OperatorField cart={cart} change={change} complaints={complaints} />
      </section>
    </>
  );
}

function OperatorField({ cart, change, complaints }: Props) {
  const { data } = useQuery({
    queryKey: ["operators"],
    queryFn: ({ signal }) => taken(api.GET("/api/v1/operators/names", { signal })),
    staleTime: 300_000,
  });
  const names = [...new Set([cart.operator, ...(data?.items.map((each) => each.username) ?? [])])];
  return (
    <ChoiceField
      label={i18n._("Operator")}
      value={cart.operator}
      complaint={complaints.get("operator")}
      onChange={(operator) => change({ operator })}
      options={["", ...names.filter(Boolean)].map((name) => ({ value: name, label: name || "—" }))}
    />
  );
}

export function Remarks({ cart, change, complaints }: Props) {
  const id = useId();
  return (
    <>
      <section className="card">
        <TagsField tags={cart.tags} complaint={complaints.get("tags")} onTags={(tags) => change({ tags })} />
      </section>
      <section className="card field">
        <label htmlFor={id}>{i18n._("Internal note")}</label>
        <textarea
          id={id}
          className="input"
          rows={2}
          placeholder={i18n._("Seen by operators only")}
          aria-invalid={complaints.has("notes") || undefined}
          value={cart.note}
          onChange={(event) => change({ note: event.target.value })}
        />
        {complaints.has("notes") && <small className="complaint">{complaints.get("notes")}</small>}
      </section>
    </>
  );
}

interface TagsProps {
  tags: readonly string[];
  complaint: string | undefined;
  onTags: (tags: string[]) => void;
}

function TagsField({ tags, complaint, onTags }: TagsProps) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const { data } = useQuery({
    queryKey: ["tags"],
    queryFn: ({ signal }) => taken(api.GET("/api/v1/meta/tags", { signal })),
    staleTime: 300_000,
  });
  const add = () => {
    if (typed.trim()) onTags(withTag(tags, typed));
    setTyped("");
  };
  return (
    <div className="field">
      <label htmlFor={id}>{i18n._("Tags")}</label>
      <div className="line wrap">
        <TagChips tags={tags} onTags={onTags} />
        <input
          id={id}
          className="input tag-input"
          list={`${id}-known`}
          autoComplete="off"
          placeholder={i18n._("Enter adds it")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.ctrlKey) return;
            event.preventDefault();
            add();
          }}
        />
        <datalist id={`${id}-known`}>
          {data?.items.map((each) => (
            <option key={each.value} value={each.value} />
          ))}
        </datalist>
      </div>
      {complaint && <small className="complaint">{complaint}</small>}
    </div>
  );
}

/** Where the order comes from. */
export function Source({ source, onSource }: { source: string; onSource: (source: string) => void }) {
  const usual = ["telephone", "shop"];
  const words = { telephone: i18n._("Telephone"), shop: i18n._("Shop"), other: i18n._("Other") };
  const chosen = usual.includes(source) ? source : "other";
  const { data } = useQuery({
    queryKey: ["sources"],
    queryFn: ({ signal }) => taken(api.GET("/api/v1/meta/sources", { signal })),
    staleTime: 300_000,
    enabled: chosen === "other",
  });
  return (
    <>
      {chosen === "other" && (
        <>
          <input
            className="input source-input"
            aria-label={i18n._("Source")}
            placeholder={i18n._("Source")}
            list="known-sources"
            autoComplete="off"
            value={source}
            onChange={(event) => onSource(event.target.value)}
          />
          <datalist id="known-sources">
            {data?.items.map((each) => (
              <option key={each.value} value={each.value} />
            ))}
          </datalist>
        </>
      )}
      <fieldset className="segments">
        <legend className="hidden-text">{i18n._("Source")}</legend>
        {(["telephone", "shop", "other"] as const).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="source"
              checked={chosen === name}
              onChange={() => onSource(name === "other" ? "" : name)}
            />
            <span>{words[name]}</span>
          </label>
        ))}
      </fieldset>
    </>
  );
}
