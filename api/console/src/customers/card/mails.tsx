/** The mails that were sent to the customer, each as it left. */

import { i18n } from "@lingui/core";
import { lazy, Suspense, useState } from "react";
import { useShop, useZone } from "../../orders/data";
import { When } from "../../orders/list/columns";
import { useNow } from "../../parts/later";
import { DataTable } from "../../parts/table";
import { messageState, statusLabel } from "../../text/labels";
import { useMessagesOf } from "../data";

const MailWindow = lazy(() => import("../../orders/order/mail_window"));

export function Mails({ id }: { id: string }) {
  const shop = useShop();
  const facts = { now: useNow(), zone: useZone(), shop };
  const [open, setOpen] = useState<string | null>(null);
  const list = useMessagesOf(id, true);
  const about = (template: string): string => {
    const [kind = "", rest = ""] = template.split(":");
    const status = shop?.statuses.find((each) => each.code === rest);
    const words: Record<string, string> = {
      status: status ? statusLabel(status) : rest,
      administrators: i18n._("to administrators"),
      "payment-link": i18n._("payment link"),
      "payment-received": i18n._("payment received"),
      "refund-made": i18n._("money given back"),
      tracking: i18n._("tracking code"),
      sequence: i18n._("sequence"),
    };
    return words[kind] ?? template;
  };
  return (
    <section className="sheet" aria-label={i18n._("Mails")}>
      <header>
        <h2>{i18n._("Mails")}</h2>
      </header>
      <DataTable
        label={i18n._("Mails")}
        rows={list.rows}
        more={list.more}
        error={list.error}
        keyOf={(row) => row.id}
        onOpen={(row) => setOpen(row.id)}
        empty={i18n._("No mail was sent.")}
        keys={false}
        columns={[
          {
            key: "about",
            head: i18n._("About"),
            cell: (row) => (
              <button type="button" className="link" onClick={() => setOpen(row.id)}>
                {about(row.template)}
              </button>
            ),
          },
          { key: "state", head: i18n._("State"), cell: (row) => messageState(row.state) },
          {
            key: "why",
            head: i18n._("Kind"),
            cell: (row) =>
              row.purpose === "test" ? i18n._("on trial") : row.resend_of ? i18n._("sent again") : "",
          },
          { key: "at", head: i18n._("Date"), cell: (row) => <When at={row.requested_at} facts={facts} /> },
        ]}
      />
      {open && (
        <Suspense>
          <MailWindow id={open} onClose={() => setOpen(null)} />
        </Suspense>
      )}
    </section>
  );
}
