/** A card made by hand or put right: only what was touched is sent. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { api, type Versioned, versioned } from "../../api/client";
import { useMay } from "../../app/session";
import { AddressFields, addressLabels, SELDOM, WHERE, WHO } from "../../orders/new/address_fields";
import type { AddressText } from "../../orders/new/cart";
import { useEditor } from "../../parts/editor";
import { TextField } from "../../parts/field";
import { FormSheet } from "../../parts/form";
import { say } from "../../parts/notices";
import { TextList } from "../../parts/text_list";
import { Window } from "../../parts/window";
import { CARD_FIELDS, type Card, cardQuery, useCardChanged } from "../data";

interface Values extends AddressText {
  emails: string[];
  phones: string[];
  reason: string;
}

interface Props {
  /** Left out: a new card. */
  card?: Versioned<Card>;
  onClose: () => void;
  onMade?: (id: string) => void;
}

const valuesOf = (card: Card | undefined): Values => ({
  ...(Object.fromEntries(CARD_FIELDS.map((name) => [name, card?.[name] ?? ""])) as unknown as AddressText),
  emails: card?.emails ?? [],
  phones: card?.phones ?? [],
  reason: "",
});

export function CardWindow({ card, onClose, onMade }: Props) {
  const client = useQueryClient();
  const changed = useCardChanged();
  const may = useMay();
  const editor = useEditor<Values, Versioned<Card>>({
    standing: { values: valuesOf(card?.data), version: card?.version ?? 0 },
    refresh: async () => {
      const now = await client.fetchQuery({ ...cardQuery(card?.data.id ?? ""), staleTime: 0 });
      return { values: valuesOf(now.data), version: now.version };
    },
    send: (_, headers, body) => {
      if (card) {
        const params = { path: { customer_id: card.data.id } };
        return versioned(api.PATCH("/api/v1/customers/{customer_id}", { params, body, headers }));
      }
      const { "If-Match": __, ...rest } = headers;
      return versioned(api.POST("/api/v1/customers", { body, headers: rest }));
    },
    done: (answer) => {
      changed(answer);
      say(card ? i18n._("The card is put right.") : i18n._("The card is made."));
      onClose();
      onMade?.(answer.data.id);
    },
  });
  const { values, set } = editor;
  const complaints = new Map(CARD_FIELDS.map((name) => [`card/${name}`, editor.complaint(name) ?? ""]));
  return (
    <Window title={card ? i18n._("Put the card right") : i18n._("A new customer")} onClose={onClose}>
      <div className="form-window">
        <FormSheet
          editor={editor}
          labels={{
            ...addressLabels(),
            emails: i18n._("Further e-mails"),
            phones: i18n._("Further telephones"),
          }}
          may={may("customers:write") && may("personal:read")}
          action={card ? i18n._("Save") : i18n._("Make the card")}
        >
          <AddressFields
            place="card"
            address={values}
            complaints={complaints}
            onChange={set}
            shown={[...WHO, ...WHERE, ...SELDOM]}
          />
          <div className="form-row">
            <TextList
              label={i18n._("Further e-mails")}
              values={values.emails}
              complaint={editor.complaint("emails")}
              onChange={(emails) => set({ emails })}
            />
            <TextList
              label={i18n._("Further telephones")}
              values={values.phones}
              complaint={editor.complaint("phones")}
              onChange={(phones) => set({ phones })}
            />
          </div>
          {card && (
            <TextField
              label={i18n._("Reason (optional)")}
              value={values.reason}
              complaint={editor.complaint("reason")}
              onChange={(event) => set({ reason: event.target.value })}
            />
          )}
        </FormSheet>
      </div>
    </Window>
  );
}
