/** Short words at the foot of the page about what was just done; the last three stand, each for a while. */

import { i18n } from "@lingui/core";
import { useSyncExternalStore } from "react";
import { Button } from "./button";

const SHOWN_MS = 6000;
const UNDO_MS = 12_000;

interface Notice {
  id: number;
  text: string;
  bad: boolean;
  undo?: (() => unknown) | undefined;
}

interface Options {
  /** What went wrong stands until it is closed. */
  bad?: boolean;
  /** What takes it back, offered for as long as the words stand. */
  undo?: (() => unknown) | undefined;
}

let notices: readonly Notice[] = [];
let last = 0;
const listeners = new Set<() => void>();

function become(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

const dismiss = (id: number): void => become(notices.filter((each) => each.id !== id));

export function say(text: string, { bad = false, undo }: Options = {}): void {
  last += 1;
  const id = last;
  become([...notices, { id, text, bad, undo }].slice(-3));
  if (!bad) setTimeout(() => dismiss(id), undo ? UNDO_MS : SHOWN_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Notices() {
  const shown = useSyncExternalStore(subscribe, () => notices);
  return (
    <div className="notices" aria-live="polite">
      {shown.map((each) => (
        <p key={each.id} className={each.bad ? "notice bad" : "notice"}>
          <span>{each.text}</span>
          {each.undo && (
            <Button
              icon="back"
              look="bare"
              size="small"
              onClick={() => {
                dismiss(each.id);
                each.undo?.();
              }}
            >
              {i18n._("Undo")}
            </Button>
          )}
          <Button
            icon="close"
            look="bare"
            size="small"
            aria-label={i18n._("Close")}
            onClick={() => dismiss(each.id)}
          />
        </p>
      ))}
    </div>
  );
}

/** Puts text on the clipboard and says so. */
export async function copy(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(said);
  } catch {
    say(i18n._("The browser does not allow copying here."), { bad: true });
  }
}
