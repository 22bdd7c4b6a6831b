/** What a new order starts from, and how this shop tells money, numbers and time. */

import { i18n } from "@lingui/core";
import { api, type Shop, type Versioned, versioned } from "../api/client";
import { useMay } from "../app/session";
import { ChoiceField, TextField } from "../parts/field";
import { CheckField, FormSheet } from "../parts/form";
import { LANGUAGES } from "../text/language";
import { settingsQuery, useShopEditor } from "./data";
import { Read } from "./read";

export default function DefaultsSection() {
  return <Read query={settingsQuery}>{(shop) => <Defaults shop={shop} />}</Read>;
}

interface Values {
  currency: string;
  prices_include_tax: boolean;
  locale: string;
  number_prefix: string;
  timezone: string;
  /** Empty: nothing is said, and lines without one bear no tax. */
  tax_rate: string;
}

type Tax = { name: string; rate: string; compound?: boolean };

function Defaults({ shop }: { shop: Versioned<Shop> }) {
  const may = useMay()("settings:write");
  const { defaults } = shop.data;
  const several = (defaults.taxes?.length ?? 0) > 1 ? (defaults.taxes as Tax[]) : null;
  const editor = useShopEditor<Values>(shop, {
    name: "defaults",
    pick: ({ defaults: now }) => ({
      currency: now.currency,
      prices_include_tax: now.prices_include_tax,
      locale: now.locale,
      number_prefix: now.number_prefix,
      timezone: now.timezone,
      tax_rate: now.tax_rate ?? "",
    }),
    send: ({ tax_rate, ...rest }, headers) => {
      const taxes = several ? { taxes: several } : tax_rate.trim() ? { tax_rate: rateOf(tax_rate) } : {};
      return versioned(
        api.PUT("/api/v1/settings/defaults", { body: { ...rest, ...taxes } as never, headers }),
      );
    },
  });
  const labels: Record<keyof Values, string> = {
    currency: i18n._("Currency"),
    prices_include_tax: i18n._("Prices include tax"),
    locale: i18n._("Language of mails and papers"),
    number_prefix: i18n._("Prefix of order numbers"),
    timezone: i18n._("Time zone"),
    tax_rate: i18n._("Tax of lines and shipping that name none, %"),
  };
  const { values } = editor;
  return (
    <FormSheet
      title={i18n._("What orders start from")}
      about={i18n._("Orders that are there keep what they were made with.")}
      editor={editor}
      labels={labels}
      may={may}
    >
      <div className="form-row">
        <TextField
          label={labels.currency}
          maxLength={3}
          value={values.currency}
          complaint={editor.complaint("currency")}
          onChange={(event) => editor.set({ currency: event.target.value.toUpperCase() })}
        />
        <ChoiceField
          label={labels.locale}
          value={values.locale}
          options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          complaint={editor.complaint("locale")}
          onChange={(locale) => editor.set({ locale })}
        />
        <TextField
          label={labels.number_prefix}
          hint={i18n._("Numbers of orders begin with it: C1042.")}
          value={values.number_prefix}
          complaint={editor.complaint("number_prefix")}
          onChange={(event) => editor.set({ number_prefix: event.target.value })}
        />
      </div>
      <div className="form-row">
        <ZoneField
          value={values.timezone}
          complaint={editor.complaint("timezone")}
          label={labels.timezone}
          onChange={(timezone) => editor.set({ timezone })}
        />
        {several ? (
          <p className="quiet">
            {i18n._("Several taxes are charged: {taxes}.", {
              taxes: several.map(({ name, rate }) => `${name} ${rate} %`).join(", "),
            })}
          </p>
        ) : (
          <TextField
            label={labels.tax_rate}
            hint={i18n._("Left empty, such lines bear no tax and orders say so.")}
            inputMode="decimal"
            value={values.tax_rate}
            complaint={editor.complaint("tax_rate")}
            onChange={(event) => editor.set({ tax_rate: event.target.value })}
          />
        )}
      </div>
      <CheckField
        label={labels.prices_include_tax}
        hint={i18n._("Holds for orders that are made from now on.")}
        checked={values.prices_include_tax}
        onChange={(prices_include_tax) => editor.set({ prices_include_tax })}
      />
    </FormSheet>
  );
}

/** A rate as the API takes it: a point for the comma. */
export const rateOf = (typed: string): string => typed.trim().replace(",", ".");

interface ZoneProps {
  label: string;
  value: string;
  complaint: string | undefined;
  onChange: (zone: string) => void;
}

/** A time zone by its name, out of those that the browser knows. */
function ZoneField({ label, value, complaint, onChange }: ZoneProps) {
  return (
    <>
      <TextField
        label={label}
        list="zones"
        value={value}
        complaint={complaint}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id="zones">
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
