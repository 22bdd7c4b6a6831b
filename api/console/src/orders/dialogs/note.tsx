/** A word between operators; what was begun is kept on this device until it is left. */

import { i18n } from "@lingui/core";
import { useId, useState } from "react";
import { api, type Order, taken } from "../../api/client";
import { complaintAt } from "../../api/problems";
import { Window } from "../../parts/window";
import { keep, kept } from "../../text/device";
import { useDecision } from "./deciding";
import { DialogFoot } from "./foot";
import { Refusal } from "./refusal";

export function NoteDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const id = useId();
  const draft = `note.${order.id}`;
  const [text, setText] = useState(() => kept(draft) ?? "");
  const decision = useDecision<{ text: string }>({
    order,
    // A note contradicts nothing that others do: it needs no version.
    request: (body, { "If-Match": _, ...headers }) =>
      taken(
        api.POST("/api/v1/orders/{order_id}/notes", {
          params: { path: { order_id: order.id } },
          body,
          headers,
        } as never),
      ),
    done: (after) => {
      keep(draft, null);
      return i18n._("The note stands on {number}.", { number: after.number });
    },
    onClose,
  });
  const accept = () => text.trim() && decision.send({ text: text.trim() });
  const complaint = complaintAt(decision.error, "/text");
  return (
    <Window
      title={i18n._("Note on {number}", { number: order.number })}
      onClose={onClose}
      onAccept={accept}
      narrow
    >
      <div className="padded form">
        <div className="field">
          <label htmlFor={id}>{i18n._("Seen by operators only")}</label>
          <textarea
            id={id}
            className="input"
            rows={4}
            // biome-ignore lint/a11y/noAutofocus: the dialog is about this field
            autoFocus
            value={text}
            aria-invalid={complaint ? true : undefined}
            onChange={(event) => {
              setText(event.target.value);
              keep(draft, event.target.value || null);
            }}
          />
          {complaint && <small className="complaint">{complaint}</small>}
        </div>
        <Refusal
          order={order}
          error={decision.error}
          version={decision.version}
          fields={["/text"]}
          onLook={decision.lookAgain}
        />
      </div>
      <DialogFoot
        label={i18n._("Leave the note")}
        busy={decision.busy}
        disabled={!text.trim()}
        onAccept={accept}
        onClose={onClose}
      />
    </Window>
  );
}
