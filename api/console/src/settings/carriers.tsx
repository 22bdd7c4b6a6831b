/** Who carries parcels, and where they are followed: an address that can be tried at once. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { api, type Shop, versioned } from "../api/client";
import { TextField } from "../parts/field";
import { CodedList, type CodedPart } from "./coded_part";
import { settingsQuery } from "./data";
import { Read } from "./read";

type Carrier = Shop["carriers"][number];

export default function CarriersSection() {
  return <Read query={settingsQuery}>{(shop) => <CodedList shop={shop} part={carriers()} />}</Read>;
}

function carriers(): CodedPart<Carrier> {
  const labels = { tracking_url: i18n._("Tracking address") };
  return {
    name: "carrier",
    title: i18n._("Carriers"),
    about: i18n._("The address with the parcel’s code in it stands in mails, on orders and on papers."),
    add: i18n._("A carrier…"),
    blank: { code: "", label: "", tracking_url: "" },
    list: (shop) => shop.carriers,
    labels,
    columns: [
      { key: "label", head: i18n._("Name"), cell: (row) => row.label },
      {
        key: "code",
        head: i18n._("Code"),
        cell: (row) => <span className="quiet">{row.code}</span>,
        wide: true,
      },
      { key: "url", head: labels.tracking_url, cell: (row) => row.tracking_url || "–" },
    ],
    put: ({ code, label, tracking_url }, headers) =>
      versioned(
        api.PUT("/api/v1/settings/carriers/{code}", {
          params: { path: { code } },
          body: { label, tracking_url },
          headers,
        }),
      ),
    remove: (code, headers) =>
      versioned(api.DELETE("/api/v1/settings/carriers/{code}", { params: { path: { code } }, headers })),
    fields: (editor) => (
      <>
        <TextField
          label={labels.tracking_url}
          hint={i18n._("An https address with {code} where the tracking code goes.", { code: "{code}" })}
          inputMode="url"
          value={editor.values.tracking_url}
          complaint={editor.complaint("tracking_url")}
          onChange={(event) => editor.set({ tracking_url: event.target.value })}
        />
        <Try address={editor.values.tracking_url} />
      </>
    ),
  };
}

/** The address a code would be followed at, to be opened before it is kept. */
export const trackedAt = (address: string, code: string): string | null =>
  address.startsWith("https://") && address.includes("{code}") && code.trim()
    ? address.replace("{code}", encodeURIComponent(code.trim()))
    : null;

function Try({ address }: { address: string }) {
  const [code, setCode] = useState("");
  const whole = trackedAt(address, code);
  return (
    <>
      <TextField
        label={i18n._("Try it with a code")}
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      {whole && (
        <a className="link" href={whole} target="_blank" rel="noreferrer">
          {whole}
        </a>
      )}
    </>
  );
}
