/** Where a report is read as a file, in the form that spreadsheets of the language open. */

import { i18n } from "@lingui/core";

export function fileOf(report: string, query: Record<string, string>): string {
  const format = i18n.locale === "fr" ? "csv-fr" : "csv-bom";
  return `/api/v1/reports/${report}?${new URLSearchParams({ ...query, format })}`;
}
