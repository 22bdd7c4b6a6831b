/** The keyboard: who listens last is asked first, and nothing is taken from somebody who types. */

import { useEffect, useRef } from "react";

/** What a key does; `false` leaves it to the next listener and the browser. */
export type KeyMap = Record<string, (event: KeyboardEvent) => unknown>;

interface Listener {
  map: () => KeyMap;
  alone: boolean;
}

const PREFIX_MS = 1200;
/** The keys that type nothing. */
const WHILE_TYPING = new Set(["escape", "f1"]);
const TYPED = new Set(["INPUT", "TEXTAREA", "SELECT"]);
const listeners: Listener[] = [];
let prefix = "";
let prefixUntil = 0;

/** A key as maps name it: `j`, `Shift+J` as `shift+j`, `ctrl+enter`, `escape`, `?`. */
export function keyName(
  event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">,
): string {
  const key = event.key.toLowerCase();
  const letter = key.length > 1 || /[a-z]/.test(key);
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && letter) parts.push("shift");
  return [...parts, key].join("+");
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (!target?.tagName) return false;
  if (target instanceof HTMLInputElement && ["checkbox", "radio", "button"].includes(target.type))
    return false;
  return TYPED.has(target.tagName) || target.isContentEditable;
}

/** A button or a link that has the focus keeps its own Enter and space. */
function isPressing(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" && event.key !== " ") return false;
  return (event.target as HTMLElement | null)?.closest?.("button, a, summary, [role=menuitem]") !== null;
}

function handle(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key))
    return;
  const typing = isTyping(event);
  const plain = keyName(event);
  if (typing && !event.ctrlKey && !event.metaKey && !event.altKey && !WHILE_TYPING.has(plain)) return;
  if (plain !== "ctrl+enter" && isPressing(event)) return;
  const name = prefix && event.timeStamp < prefixUntil ? `${prefix} ${plain}` : plain;
  prefix = "";
  for (const listener of [...listeners].reverse()) {
    const act = listener.map()[name];
    if (act && act(event) !== false) {
      event.preventDefault();
      return;
    }
    if (listener.alone) return;
  }
  if (plain === "g" && !typing) {
    prefix = "g";
    prefixUntil = event.timeStamp + PREFIX_MS;
  }
}

/** Listens to keys while the component is there; `alone`: nobody behind it hears any, as behind a dialog. */
export function useKeys(map: KeyMap, options: { alone?: boolean; enabled?: boolean } = {}): void {
  const latest = useRef(map);
  latest.current = map;
  const { alone = false, enabled = true } = options;
  useEffect(() => {
    if (!enabled) return;
    const listener = { map: () => latest.current, alone };
    listeners.push(listener);
    if (listeners.length === 1) document.addEventListener("keydown", handle);
    return () => {
      listeners.splice(listeners.indexOf(listener), 1);
      if (listeners.length === 0) document.removeEventListener("keydown", handle);
    };
  }, [alone, enabled]);
}
