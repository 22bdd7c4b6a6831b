/** The order's tags, all of them. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { api, type Order, taken } from "../../api/client";
import { complaintAt } from "../../api/problems";
import { TextField } from "../../parts/field";
import { TagChips, withTag } from "../../parts/tag_chips";
import { Window } from "../../parts/window";
import { useDecision } from "./deciding";
import { DialogFoot } from "./foot";
import { Refusal } from "./refusal";

export function TagsDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const [tags, setTags] = useState<readonly string[]>(order.tags);
  const [typed, setTyped] = useState("");
  const all = withTag(tags, typed);
  const decision = useDecision<{ tags: readonly string[] }>({
    order,
    request: (body, headers) =>
      taken(
        api.PUT("/api/v1/orders/{order_id}/tags", {
          params: { path: { order_id: order.id } },
          body: body as never,
          headers,
        } as never),
      ),
    done: (after) => i18n._("{number} is tagged.", { number: after.number }),
    onClose,
  });
  const accept = () => decision.send({ tags: all });
  return (
    <Window
      title={i18n._("Tags of {number}", { number: order.number })}
      onClose={onClose}
      onAccept={accept}
      narrow
    >
      <div className="padded form">
        <p className="line wrap">
          <TagChips tags={tags} onTags={setTags} />
        </p>
        <TextField
          label={i18n._("New tag")}
          autoFocus
          value={typed}
          hint={i18n._("Enter adds it; Ctrl+Enter keeps them all.")}
          complaint={complaintAt(decision.error, "/tags")}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.ctrlKey || !typed.trim()) return;
            event.preventDefault();
            setTags(all);
            setTyped("");
          }}
        />
        <Refusal
          order={order}
          error={decision.error}
          version={decision.version}
          fields={["/tags"]}
          onLook={decision.lookAgain}
        />
      </div>
      <DialogFoot label={i18n._("Keep the tags")} busy={decision.busy} onAccept={accept} onClose={onClose} />
    </Window>
  );
}
