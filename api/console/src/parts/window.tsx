/** A dialog over the page; loaded when the first one opens. */

import { CSPProvider } from "@base-ui/react/csp-provider";
import { Dialog } from "@base-ui/react/dialog";
import { i18n } from "@lingui/core";
import { type ReactNode, useRef } from "react";
import { useKeys } from "../keys/keys";
import { Icon } from "./icon";
import "../styles/dialog.css";

interface Props {
  title: ReactNode;
  /** What stands beside the title, such as the status before and after. */
  about?: ReactNode;
  onClose: () => void;
  /** What Ctrl+Enter does. */
  onAccept?: () => void;
  narrow?: boolean;
  keys?: Record<string, () => unknown>;
  children: ReactNode;
}

export function Window({ title, about, onClose, onAccept, narrow = false, keys = {}, children }: Props) {
  useKeys({ ...keys, ...(onAccept ? { "ctrl+enter": onAccept } : {}) }, { alone: true });
  const place = useRef<HTMLDivElement>(null);
  return (
    <CSPProvider disableStyleElements>
      <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
        <Dialog.Portal>
          <Dialog.Backdrop className="veil" />
          <Dialog.Popup
            ref={place}
            className={narrow ? "window narrow" : "window"}
            initialFocus={() => firstField(place.current) ?? true}
          >
            <header>
              <Dialog.Title>{title}</Dialog.Title>
              {about}
              <span className="grow" />
              <Dialog.Close className="button bare small">
                <span className="hidden-text">{i18n._("Close")}</span>
                <Icon name="close" />
                <kbd>Esc</kbd>
              </Dialog.Close>
            </header>
            {children}
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </CSPProvider>
  );
}

/** Where typing begins: the field that asked for it, else the first one under the title. */
function firstField(place: HTMLElement | null): HTMLElement | null {
  if (place?.contains(document.activeElement) && document.activeElement !== place)
    return document.activeElement as HTMLElement;
  return place?.querySelector<HTMLElement>("header ~ * :is(select, input, textarea)") ?? null;
}
