/** Who sells: name and address, what the law asks of papers, and the picture at their head. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, type Shop, type Versioned, versioned, writing } from "../api/client";
import { useMay } from "../app/session";
import { AddressFields, addressLabels, SELDOM, WHERE, WHO } from "../orders/new/address_fields";
import { ADDRESS, type AddressText } from "../orders/new/cart";
import { Button } from "../parts/button";
import { ChoiceField, Complaints, TextField } from "../parts/field";
import { AreaField, CheckField, FormSheet } from "../parts/form";
import { sentenceOf } from "../parts/refused";
import {
  type Papers,
  papersChanged,
  papersQuery,
  settingsQuery,
  usePapersEditor,
  useShopEditor,
} from "./data";
import { Read } from "./read";
import { wholeOf } from "./whole";

export default function SellerSection() {
  return (
    <>
      <Read query={settingsQuery}>{(shop) => <Seller shop={shop} />}</Read>
      <Read query={papersQuery}>
        {(papers) => (
          <>
            <Legal papers={papers} />
            <Logo papers={papers} />
          </>
        )}
      </Read>
    </>
  );
}

export function Seller({ shop }: { shop: Versioned<Shop> }) {
  const may = useMay()("settings:write");
  const editor = useShopEditor<AddressText>(shop, {
    name: "seller",
    pick: ({ seller }) => seller as AddressText,
    send: (body, headers) => versioned(api.PUT("/api/v1/settings/seller", { body, headers })),
  });
  const complaints = new Map(ADDRESS.map((name) => [`seller/${name}`, editor.complaint(name) ?? ""]));
  return (
    <FormSheet
      title={i18n._("Who sells")}
      about={i18n._("It stands on every receipt, invoice and mail from now on.")}
      editor={editor}
      labels={addressLabels()}
      may={may}
    >
      <AddressFields
        place="seller"
        address={editor.values}
        complaints={complaints}
        onChange={editor.set}
        shown={[...WHO, ...WHERE, ...SELDOM]}
      />
    </FormSheet>
  );
}

type LegalForm = Papers["legal"];

function Legal({ papers }: { papers: Versioned<Papers> }) {
  const may = useMay()("settings:write");
  const editor = usePapersEditor<LegalForm>(papers, {
    name: "legal",
    pick: ({ legal }) => legal,
    send: (body, headers) => versioned(api.PUT("/api/v1/settings/papers/legal", { body, headers })),
  });
  const labels: Partial<Record<keyof LegalForm, string>> = {
    legal_form: i18n._("Legal form"),
    capital: i18n._("Capital"),
    register: i18n._("Register"),
    siren: "SIREN",
    siret: "SIRET",
    iban: "IBAN",
    bic: "BIC",
    payment_days: i18n._("Days to pay"),
    late_penalty: i18n._("Penalty for late payment, % a year"),
    early_discount: i18n._("Discount for early payment, %"),
    exemption: i18n._("Mention under which no VAT is charged"),
    footer: i18n._("Last line of every document"),
    operation: i18n._("What is sold"),
    tax_on_debits: i18n._("VAT is due when the invoice is issued"),
    factur_x: i18n._("Issued documents are electronic invoices as well (Factur-X)"),
  };
  const text = (name: keyof LegalForm) => (
    <TextField
      key={name}
      label={labels[name] ?? name}
      value={String(editor.values[name] ?? "")}
      complaint={editor.complaint(name)}
      onChange={(event) => editor.set({ [name]: event.target.value })}
    />
  );
  return (
    <FormSheet
      title={i18n._("What the law asks of papers")}
      about={i18n._("Documents that were issued before keep what they were issued with.")}
      editor={editor}
      labels={labels}
      may={may}
    >
      <div className="form-row">{(["legal_form", "capital", "register"] as const).map(text)}</div>
      <div className="form-row">{(["siren", "siret", "iban", "bic"] as const).map(text)}</div>
      <div className="form-row">
        <ChoiceField
          label={labels.operation ?? ""}
          value={editor.values.operation ?? "goods"}
          options={[
            { value: "goods", label: i18n._("goods") },
            { value: "services", label: i18n._("services") },
            { value: "both", label: i18n._("goods and services") },
          ]}
          onChange={(operation) => editor.set({ operation: operation as never })}
        />
        <TextField
          label={labels.payment_days ?? ""}
          inputMode="numeric"
          value={String(editor.values.payment_days ?? "")}
          complaint={editor.complaint("payment_days")}
          onChange={(event) => editor.set({ payment_days: wholeOf(event.target.value) as never })}
        />
        {(["late_penalty", "early_discount"] as const).map(text)}
      </div>
      {text("exemption")}
      <AreaField
        label={labels.footer ?? ""}
        rows={2}
        value={editor.values.footer ?? ""}
        complaint={editor.complaint("footer")}
        onChange={(event) => editor.set({ footer: event.target.value.replaceAll("\n", " ") })}
      />
      <CheckField
        label={labels.tax_on_debits ?? ""}
        checked={editor.values.tax_on_debits ?? false}
        onChange={(tax_on_debits) => editor.set({ tax_on_debits })}
      />
      <CheckField
        label={labels.factur_x ?? ""}
        checked={editor.values.factur_x ?? false}
        onChange={(factur_x) => editor.set({ factur_x })}
      />
    </FormSheet>
  );
}

function Logo({ papers }: { papers: Versioned<Papers> }) {
  const client = useQueryClient();
  const may = useMay()("settings:write");
  const id = useId();
  const [error, fail] = useState<unknown>(null);
  const { logo } = papers.data;
  const act = async (call: Promise<Versioned<Papers>>) => {
    try {
      papersChanged(client, await call);
      fail(null);
    } catch (refused) {
      fail(refused);
    }
  };
  const headers = () => writing(crypto.randomUUID());
  const put = async (file: File | undefined) => {
    if (!file) return;
    const image = await base64(file);
    await act(versioned(api.PUT("/api/v1/settings/papers/logo", { body: { image }, headers: headers() })));
  };
  return (
    <section className="sheet" aria-label={i18n._("Logo")}>
      <header>
        <h2>{i18n._("Logo")}</h2>
      </header>
      <div className="padded logo-place">
        {logo ? (
          <img
            key={papers.version}
            src="/api/v1/settings/papers/logo"
            alt={i18n._("The logo of documents")}
          />
        ) : (
          <p className="quiet">{i18n._("Documents carry no picture yet.")}</p>
        )}
        {may && (
          <label className="button" htmlFor={id}>
            {logo ? i18n._("Another picture…") : i18n._("A picture…")}
            <input
              id={id}
              type="file"
              className="hidden-text"
              accept="image/png,image/jpeg"
              onChange={(event) => void put(event.target.files?.[0])}
            />
          </label>
        )}
        {may && logo && (
          <Button
            onClick={() =>
              void act(versioned(api.DELETE("/api/v1/settings/papers/logo", { headers: headers() })))
            }
          >
            {i18n._("Take it off")}
          </Button>
        )}
        <small className="hint">{i18n._("PNG or JPEG.")}</small>
        <Complaints sentences={error ? [sentenceOf(error)] : []} />
      </div>
    </section>
  );
}

/** A file's bytes as base 64. */
async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
