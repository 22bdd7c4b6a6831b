/** Who is told by mail in the shop, and which mails customers are sent by themselves. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { api, type Shop, type Versioned, versioned } from "../api/client";
import { useMay } from "../app/session";
import { CheckField, FormSheet } from "../parts/form";
import { TextList } from "../parts/text_list";
import { statusLabel } from "../text/labels";
import { settingsQuery, useShopEditor } from "./data";
import { Read } from "./read";

interface Values {
  administrators: string[];
  payment_received: boolean;
  refund_made: boolean;
}

export default function NotificationsSection() {
  return <Read query={settingsQuery}>{(shop) => <Notifications shop={shop} />}</Read>;
}

function Notifications({ shop }: { shop: Versioned<Shop> }) {
  const may = useMay();
  const editor = useShopEditor<Values>(shop, {
    name: "notifications",
    pick: ({ administrators, payment_received, refund_made }) => ({
      administrators,
      payment_received,
      refund_made,
    }),
    send: (body, headers) => versioned(api.PUT("/api/v1/settings/notifications", { body, headers })),
  });
  const labels = {
    administrators: i18n._("E-mail addresses of those who are told"),
    payment_received: i18n._("A payment was received"),
    refund_made: i18n._("Money was given back"),
  };
  const { values } = editor;
  return (
    <>
      <FormSheet
        title={i18n._("Notifications")}
        about={i18n._("Administrators are told of orders that reach a status which says so.")}
        editor={editor}
        labels={labels}
        may={may("settings:write") && may("personal:read")}
      >
        <TextList
          label={labels.administrators}
          inputMode="email"
          values={values.administrators}
          complaint={editor.complaint("administrators")}
          onChange={(administrators) => editor.set({ administrators })}
        />
        <h3 className="quiet">{i18n._("Customers get a mail when")}</h3>
        <CheckField
          label={labels.payment_received}
          checked={values.payment_received}
          onChange={(payment_received) => editor.set({ payment_received })}
        />
        <CheckField
          label={labels.refund_made}
          checked={values.refund_made}
          onChange={(refund_made) => editor.set({ refund_made })}
        />
      </FormSheet>
      <Told shop={shop.data} />
    </>
  );
}

/** Which statuses tell whom; it is changed with the status. */
function Told({ shop }: { shop: Shop }) {
  const told = shop.statuses.filter((each) => each.notifies_customer || each.notifies_administrators);
  return (
    <section className="sheet" aria-label={i18n._("Statuses that send a mail")}>
      <header>
        <h2>{i18n._("Statuses that send a mail")}</h2>
        <span className="grow" />
        <Link className="link" to="/settings/$section" params={{ section: "statuses" }}>
          {i18n._("Change the statuses")}
        </Link>
      </header>
      <ul className="padded plain-list">
        {told.map((each) => (
          <li key={each.code}>
            <b>{statusLabel(each)}</b>{" "}
            <span className="quiet">
              {[
                each.notifies_customer && i18n._("the customer"),
                each.notifies_administrators && i18n._("administrators"),
              ]
                .filter(Boolean)
                .join(", ")}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
