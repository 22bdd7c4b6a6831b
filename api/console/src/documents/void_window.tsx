/** Takes a document back that was issued by mistake; why stands in the register. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { api, taken } from "../api/client";
import { Confirm } from "../parts/confirm";

export default function VoidWindow({ number, onClose }: { number: string; onClose: () => void }) {
  const client = useQueryClient();
  return (
    <Confirm
      title={i18n._("Take {number} back?", { number })}
      action={i18n._("Take it back")}
      reason="required"
      act={(reason) =>
        taken(api.POST("/api/v1/documents/{number}/void", { params: { path: { number } }, body: { reason } }))
      }
      onDone={() => {
        void client.invalidateQueries({ queryKey: ["register"] });
        onClose();
      }}
      onClose={onClose}
    >
      <p>{i18n._("It keeps its number and says that it is void. It is not given to anybody else.")}</p>
    </Confirm>
  );
}
