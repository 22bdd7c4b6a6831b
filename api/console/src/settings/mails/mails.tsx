/** The mail of each status and occasion: edited beside the mail that it makes of a real order. */

import { i18n } from "@lingui/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Shop } from "../../api/client";
import { ChoiceField } from "../../parts/field";
import { statusLabel } from "../../text/labels";
import { LANGUAGES } from "../../text/language";
import { settingsQuery } from "../data";
import { Read } from "../read";
import type { Occasion } from "./data";
import { Template } from "./template";
import "../../styles/mails.css";

export default function MailsSection() {
  return <Read query={settingsQuery}>{(shop) => <Mails shop={shop.data} />}</Read>;
}

function Mails({ shop }: { shop: Shop }) {
  const search = useSearch({ strict: false }) as Partial<Occasion>;
  const navigate = useNavigate();
  const occasions = [
    ...shop.statuses.map((each) => ({ value: each.code, label: statusLabel(each) })),
    { value: "administrators", label: i18n._("to administrators") },
    { value: "payment-received", label: i18n._("payment received") },
    { value: "refund-made", label: i18n._("money given back") },
  ];
  const occasion: Occasion = {
    status: search.status ?? shop.statuses[1]?.code ?? "pending",
    locale: search.locale ?? shop.defaults.locale,
  };
  const go = (change: Partial<Occasion>) =>
    navigate({
      to: "/settings/$section",
      params: { section: "mails" },
      search: { ...occasion, ...change } as never,
      replace: true,
    });
  return (
    <>
      <div className="form-row mail-choices">
        <ChoiceField
          label={i18n._("Mail of")}
          value={occasion.status}
          options={occasions}
          onChange={(status) => void go({ status })}
        />
        <ChoiceField
          label={i18n._("Language")}
          value={occasion.locale}
          options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          onChange={(locale) => void go({ locale })}
        />
      </div>
      <Template key={`${occasion.status}/${occasion.locale}`} occasion={occasion} shop={shop} />
    </>
  );
}
