/** A new secret for the calls; the one before holds for a while beside it. */

import { i18n } from "@lingui/core";
import { useRef, useState } from "react";
import { Confirm } from "../../parts/confirm";
import { TextField } from "../../parts/field";
import { type Endpoint, rotateSecret } from "./data";

const DAY = "24";

interface Props {
  endpoint: Endpoint;
  onDone: (secret: string | null) => void;
  onClose: () => void;
}

export default function RotateWindow({ endpoint, onDone, onClose }: Props) {
  const [hours, setHours] = useState(DAY);
  const secret = useRef<string | null>(null);
  return (
    <Confirm
      title={i18n._("A new secret for {url}", { url: endpoint.url })}
      action={i18n._("Make it")}
      disabled={!/^\d{1,4}$/.test(hours)}
      act={async () => {
        secret.current = (await rotateSecret(endpoint.id, Number(hours))).secret;
      }}
      onDone={() => onDone(secret.current)}
      onClose={onClose}
    >
      <p>{i18n._("Until then calls are signed with both, so that the program can change over.")}</p>
      <TextField
        label={i18n._("Hours for which the one before still holds")}
        inputMode="numeric"
        value={hours}
        onChange={(event) => setHours(event.target.value)}
      />
    </Confirm>
  );
}
