/** Light or dark: as the device says, unless the operator chose. */

import { keep, kept } from "./device";

export type Theme = "system" | "light" | "dark";

export function chosenTheme(): Theme {
  const chosen = kept("theme");
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

/** Shows the theme and keeps it for this device. */
export function showTheme(theme: Theme): void {
  keep("theme", theme === "system" ? null : theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
