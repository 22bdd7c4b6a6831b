/** How a mail of a status would look for an order that is there. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, taken } from "../api/client";
import { useShop } from "../orders/data";
import { ChoiceField, Complaints, TextField } from "../parts/field";
import { useSettled } from "../parts/later";
import { Window } from "../parts/window";
import { statusLabel } from "../text/labels";
import { LANGUAGES } from "../text/language";

const SETTLE_MS = 250;

export default function PreviewWindow({ onClose }: { onClose: () => void }) {
  const shop = useShop();
  const [status, setStatus] = useState("");
  const [locale, setLocale] = useState("");
  const [typed, setTyped] = useState("");
  const number = useSettled(typed.trim(), SETTLE_MS);
  const { data: found } = useQuery({
    queryKey: ["preview", number],
    queryFn: ({ signal }) => {
      const query = { limit: 1, archived: "all" as const, ...(number && { number }) };
      return taken(api.GET("/api/v1/orders", { params: { query }, signal }));
    },
  });
  const order = found?.items[0];
  const query = new URLSearchParams({ ...(status && { status }), ...(locale && { locale }) }).toString();
  return (
    <Window title={i18n._("How a mail looks")} onClose={onClose}>
      <div className="message-window">
        <div className="triple padded">
          <TextField
            label={i18n._("Order; empty: the newest")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <ChoiceField
            label={i18n._("Status")}
            value={status}
            onChange={setStatus}
            options={[
              { value: "", label: i18n._("the order's own") },
              ...(shop?.statuses ?? []).map((each) => ({ value: each.code, label: statusLabel(each) })),
            ]}
          />
          <ChoiceField
            label={i18n._("Language")}
            value={locale}
            onChange={setLocale}
            options={[
              { value: "", label: i18n._("the order's own") },
              ...Object.entries(LANGUAGES).map(([value, label]) => ({ value, label })),
            ]}
          />
        </div>
        {found && !order && <Complaints sentences={[i18n._("There is no such order.")]} />}
        {order && (
          <iframe
            key={query}
            className="mail-look tall"
            sandbox=""
            src={`/api/v1/orders/${order.id}/messages/look${query && `?${query}`}`}
            title={i18n._("The mail for {number}", { number: order.number })}
          />
        )}
      </div>
    </Window>
  );
}
