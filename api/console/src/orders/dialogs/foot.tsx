/** The foot of a dialog: what happens on a conflict, and the two ways out. */

import { i18n } from "@lingui/core";
import { Button } from "../../parts/button";

interface Props {
  label: string;
  busy: boolean;
  disabled?: boolean;
  onAccept: () => void;
  onClose: () => void;
}

export function DialogFoot({ label, busy, disabled = false, onAccept, onClose }: Props) {
  return (
    <footer>
      <span className="quiet grow">
        {i18n._(
          "As shown or not at all: if the order changed meanwhile, nothing is written and the difference is shown.",
        )}
      </span>
      <Button onClick={onClose}>{i18n._("Cancel")}</Button>
      <Button look="primary" shortcut="Ctrl ↵" disabled={busy || disabled} onClick={onAccept}>
        {busy ? i18n._("Writing…") : label}
      </Button>
    </footer>
  );
}
