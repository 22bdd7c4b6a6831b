/** A panel that opens at its button; loaded when the first one is needed. */

import { CSPProvider } from "@base-ui/react/csp-provider";
import { Popover } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";
import { useKeys } from "../keys/keys";
import "../styles/popup.css";

interface Props {
  label: string;
  trigger: ReactElement;
  align?: "start" | "end";
  open?: boolean;
  onOpen?: (open: boolean) => void;
  children: ReactNode;
}

export function Popup({ label, trigger, align = "start", open, onOpen, children }: Props) {
  return (
    <CSPProvider disableStyleElements>
      <Popover.Root open={open} onOpenChange={(next) => onOpen?.(next)}>
        <Popover.Trigger render={trigger} />
        <Popover.Portal>
          <Popover.Positioner align={align} sideOffset={6} className="popup-place">
            <Popover.Popup className="popup" aria-label={label}>
              <Quiet />
              {children}
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </CSPProvider>
  );
}

/** While a panel is open, the page behind it hears no keys. */
function Quiet() {
  useKeys({}, { alone: true });
  return null;
}
