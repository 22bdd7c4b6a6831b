/** The mail as it looks now, in a frame that runs nothing: in a light mail program and a dark one. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import type { OrderRow } from "../../api/client";
import { buyerName } from "../../orders/list/columns";
import { ChoiceField } from "../../parts/field";
import { Segments } from "../../parts/segments";

interface Props {
  made: { subject: string; text: string; at: number } | undefined;
  /** What is typed makes no mail: the last one that did is shown. */
  failed: boolean;
  orders: readonly OrderRow[] | undefined;
  orderId: string | undefined;
  onOrder: (id: string) => void;
}

type Kind = "light" | "dark" | "text";

export function Look({ made, failed, orders, orderId, onOrder }: Props) {
  const [kind, show] = useState<Kind>("light");
  const choices = (orders ?? []).map((row) => ({
    value: row.id,
    label: `${row.number} · ${buyerName(row)}`,
  }));
  return (
    <section className="sheet" aria-label={i18n._("The mail")}>
      <header>
        <h2 className="grow mail-subject">{made?.subject ?? "…"}</h2>
        <Segments
          label={i18n._("Mail program")}
          value={kind}
          options={[
            { value: "light", label: i18n._("light") },
            { value: "dark", label: i18n._("dark") },
            { value: "text", label: i18n._("text") },
          ]}
          onChange={show}
        />
      </header>
      <div className="padded form">
        <ChoiceField
          label={i18n._("Order that it is tried on")}
          value={orderId ?? ""}
          options={[...choices, { value: "", label: i18n._("an example") }]}
          onChange={onOrder}
        />
        {failed && (
          <p className="late" role="status">
            {i18n._("What is typed makes no mail yet: this is the last one that did.")}
          </p>
        )}
      </div>
      {kind === "text" ? (
        <pre className="mail-text">{made?.text}</pre>
      ) : (
        made && (
          <iframe
            key={`${made.at} ${kind}`}
            className={`mail-look tall ${kind}`}
            sandbox=""
            src={`/api/v1/templates/draft/look?scheme=${kind}`}
            title={made.subject}
          />
        )
      )}
    </section>
  );
}
