/** Buttons with their key printed on them. */

import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./icon";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon?: IconName;
  /** The key that does the same, as it is printed. */
  shortcut?: string;
  look?: "primary" | "bare" | "plain";
  size?: "small" | "normal";
  children?: ReactNode;
}

export function Button({
  icon,
  shortcut,
  look = "plain",
  size = "normal",
  children,
  className = "",
  ...rest
}: Props) {
  const classes = ["button", look, size, children ? "" : "square", className].filter(Boolean).join(" ");
  return (
    <button type="button" className={classes} aria-keyshortcuts={shortcut && ariaKey(shortcut)} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
      {shortcut && <Key>{shortcut}</Key>}
    </button>
  );
}

/** A key as keyboards print it; screen readers are told it by the button. */
export function Key({ children }: { children: string }) {
  return <kbd aria-hidden="true">{children}</kbd>;
}

const ARIA: Record<string, string> = { "↵": "Enter", Ctrl: "Control", Esc: "Escape", "⇧": "Shift" };

function ariaKey(shortcut: string): string {
  return shortcut
    .split(" ")
    .map((part) => ARIA[part] ?? part)
    .join("+");
}
