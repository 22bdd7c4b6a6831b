/** The fields of an address, each with the server's complaint under it. */

import { i18n } from "@lingui/core";
import { TextField } from "../../parts/field";
import type { AddressField, AddressText } from "./cart";
import "../../styles/address.css";

interface Props {
  /** `billing_address` or `shipping_address`, as pointers name it. */
  place: string;
  address: AddressText;
  complaints: ReadonlyMap<string, string>;
  onChange: (change: Partial<AddressText>) => void;
  /** Which of the fields, in this order. */
  shown: readonly AddressField[];
}

export const WHO: readonly AddressField[] = ["name", "email", "phone", "company"];
export const WHERE: readonly AddressField[] = ["line1", "line2", "postcode", "city", "country"];
export const SELDOM: readonly AddressField[] = ["region", "vat_number"];

/** What the fields of an address are called. */
export function addressLabels(): Record<AddressField, string> {
  return {
    name: i18n._("Name"),
    company: i18n._("Company"),
    line1: i18n._("Address"),
    line2: i18n._("Address, second line"),
    postcode: i18n._("Postcode"),
    city: i18n._("City"),
    region: i18n._("Region"),
    country: i18n._("Country"),
    phone: i18n._("Telephone"),
    email: i18n._("E-mail"),
    vat_number: i18n._("VAT number"),
  };
}

export function AddressFields({ place, address, complaints, onChange, shown }: Props) {
  const labels = addressLabels();
  return (
    <div className={`address-fields ${place}`}>
      {shown.map((name) => (
        <div key={name} className={name}>
          <TextField
            label={labels[name]}
            inputMode={name === "email" ? "email" : name === "phone" ? "tel" : undefined}
            type={name === "phone" ? "tel" : "text"}
            data-place={`${place}/${name}`}
            maxLength={name === "country" ? 2 : undefined}
            value={address[name]}
            complaint={complaints.get(`${place}/${name}`)}
            onChange={(event) => onChange({ [name]: event.target.value })}
          />
        </div>
      ))}
    </div>
  );
}
