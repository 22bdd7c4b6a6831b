/** Units that came in, of any SKU: the first receipt of one begins to count it. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { TextField } from "../parts/field";
import { Window } from "../parts/window";
import { Receive } from "./actions";

export default function ReceiveWindow({ onClose }: { onClose: () => void }) {
  const [sku, setSku] = useState("");
  const [chosen, choose] = useState("");
  return (
    <Window title={chosen || i18n._("Receive")} onClose={onClose} narrow>
      <div className="padded form">
        {chosen ? (
          <Receive sku={chosen} onDone={onClose} />
        ) : (
          <TextField
            label="SKU"
            hint={i18n._("Enter goes on. A SKU that is not counted yet is from now on.")}
            value={sku}
            onChange={(event) => setSku(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || !sku.trim()) return;
              event.preventDefault();
              choose(sku.trim());
            }}
          />
        )}
      </div>
    </Window>
  );
}
