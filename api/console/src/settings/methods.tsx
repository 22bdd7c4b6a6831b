/** The ways to pay and to send. */

import { i18n } from "@lingui/core";
import { api, type Shop, type Versioned, versioned } from "../api/client";
import { ChoiceField, TextField } from "../parts/field";
import { methodLabel } from "../text/labels";
import { CodedList, type CodedPart } from "./coded_part";
import { settingsQuery } from "./data";
import { Read } from "./read";

type PaymentMethod = Shop["payment_methods"][number];
type ShippingMethod = Shop["shipping_methods"][number];

export default function MethodsSection() {
  return (
    <Read query={settingsQuery}>
      {(shop) => (
        <>
          <CodedList shop={shop} part={payments()} />
          <CodedList shop={shop} part={shippings(shop)} />
        </>
      )}
    </Read>
  );
}

function payments(): CodedPart<PaymentMethod> {
  const labels = { provider: i18n._("Who takes the money"), capture: i18n._("When") };
  const providers: Record<string, string> = {
    manual: i18n._("the shop itself"),
    sandbox: i18n._("a sandbox, to try it out"),
    stripe: "Stripe",
  };
  return {
    name: "payment-method",
    title: i18n._("Ways to pay"),
    about: i18n._(
      "One with a provider takes cards and sends payment links; the others are written down by hand.",
    ),
    add: i18n._("A way to pay…"),
    blank: { code: "", label: "", labels: {}, provider: "manual", capture: "at-once" },
    list: (shop) => shop.payment_methods,
    labels,
    columns: [
      { key: "label", head: i18n._("Name"), cell: (row) => methodLabel(row.code, [row]) },
      {
        key: "code",
        head: i18n._("Code"),
        cell: (row) => <span className="quiet">{row.code}</span>,
        wide: true,
      },
      { key: "provider", head: labels.provider, cell: (row) => providers[row.provider] ?? row.provider },
    ],
    put: ({ code, label, provider, capture }, headers) =>
      versioned(
        api.PUT("/api/v1/settings/payment-methods/{code}", {
          params: { path: { code } },
          body: { label, provider: provider as never, capture: capture as never },
          headers,
        }),
      ),
    remove: (code, headers) =>
      versioned(
        api.DELETE("/api/v1/settings/payment-methods/{code}", { params: { path: { code } }, headers }),
      ),
    fields: (editor) => (
      <>
        <ChoiceField
          label={labels.provider}
          value={editor.values.provider}
          options={Object.entries(providers).map(([value, label]) => ({ value, label }))}
          complaint={editor.complaint("provider")}
          onChange={(provider) => editor.set({ provider })}
        />
        {editor.values.provider !== "manual" && (
          <ChoiceField
            label={labels.capture}
            value={editor.values.capture}
            options={[
              { value: "at-once", label: i18n._("at once") },
              { value: "later", label: i18n._("later, when somebody asks for what was promised") },
            ]}
            complaint={editor.complaint("capture")}
            onChange={(capture) => editor.set({ capture })}
          />
        )}
      </>
    ),
  };
}

function shippings(shop: Versioned<Shop>): CodedPart<ShippingMethod> {
  const labels = { carrier: i18n._("Carrier that usually takes it") };
  const carrierOf = (code: string) => shop.data.carriers.find((each) => each.code === code)?.label ?? code;
  return {
    name: "shipping-method",
    title: i18n._("Ways to send"),
    about: i18n._("What customers and operators choose from. The charge is told with each order."),
    add: i18n._("A way to send…"),
    blank: { code: "", label: "", labels: {}, carrier: "" },
    list: (now) => now.shipping_methods,
    labels,
    columns: [
      { key: "label", head: i18n._("Name"), cell: (row) => methodLabel(row.code, [row]) },
      {
        key: "code",
        head: i18n._("Code"),
        cell: (row) => <span className="quiet">{row.code}</span>,
        wide: true,
      },
      { key: "carrier", head: i18n._("Carrier"), cell: (row) => carrierOf(row.carrier) },
    ],
    put: ({ code, label, carrier }, headers) =>
      versioned(
        api.PUT("/api/v1/settings/shipping-methods/{code}", {
          params: { path: { code } },
          body: { label, carrier },
          headers,
        }),
      ),
    remove: (code, headers) =>
      versioned(
        api.DELETE("/api/v1/settings/shipping-methods/{code}", { params: { path: { code } }, headers }),
      ),
    fields: (editor) => (
      <TextField
        label={labels.carrier}
        list="carriers-known"
        hint={i18n._("The code of a carrier below Carriers, or its name.")}
        value={editor.values.carrier}
        complaint={editor.complaint("carrier")}
        onChange={(event) => editor.set({ carrier: event.target.value })}
      />
    ),
  };
}
