/** Asks before something is done that is not taken back by itself: says what happens, and takes a reason. */

import { i18n } from "@lingui/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Button } from "./button";
import { Complaints, TextField } from "./field";
import { complaintOf, complaintsBeside } from "./refused";
import { Window } from "./window";

interface Props {
  title: string;
  /** What happens then. */
  children: ReactNode;
  action: string;
  /** Whether a reason is asked for. */
  reason?: "none" | "optional" | "required";
  disabled?: boolean;
  act: (reason: string) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
}

export function Confirm(props: Props) {
  const { title, children, action, reason: wanted = "none", disabled = false, act, onDone, onClose } = props;
  const [reason, setReason] = useState("");
  const mutation = useMutation({ mutationFn: () => act(reason.trim()), onSuccess: onDone });
  const can = !mutation.isPending && !disabled && (wanted !== "required" || reason.trim() !== "");
  const accept = () => can && mutation.mutate();
  return (
    <Window title={title} onClose={onClose} onAccept={accept} narrow>
      <div className="padded form">
        {children}
        {wanted !== "none" && (
          <TextField
            label={wanted === "required" ? i18n._("Reason") : i18n._("Reason (optional)")}
            value={reason}
            complaint={complaintOf(mutation.error, "/reason")}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
        <Complaints sentences={complaintsBeside(mutation.error, ["/reason"])} />
      </div>
      <footer>
        <Button onClick={onClose}>{i18n._("Cancel")}</Button>
        <Button look="primary" shortcut="Ctrl ↵" disabled={!can} onClick={accept}>
          {mutation.isPending ? i18n._("Writing…") : action}
        </Button>
      </footer>
    </Window>
  );
}
