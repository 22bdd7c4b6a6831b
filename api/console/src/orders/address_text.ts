/** An address as it is written on an envelope. */

import type { Address } from "../api/client";

/** Its lines; the country is named where it is not the shop's own. */
export function addressLines(address: Address, home: string | undefined, locale: string): string[] {
  const { name, company, line1, line2, postcode, city, region, country } = address;
  const place = [postcode, city].filter(Boolean).join(" ");
  const away = country && country !== home ? countryName(country, locale) : "";
  return [name, company, line1, line2, place, region, away].filter(Boolean);
}

function countryName(code: string, locale: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** What goes to the clipboard: the lines, and how to reach the person. */
export function addressText(address: Address, home: string | undefined, locale: string): string {
  return [...addressLines(address, home, locale), address.phone, address.email].filter(Boolean).join("\n");
}
