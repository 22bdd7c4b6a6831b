import { createRoot } from "react-dom/client";
import { begin, currentCaller } from "./api/session";
import { App } from "./app/app";
import { preferredLanguage, speak } from "./text/language";
import { chosenTheme, showTheme } from "./text/theme";
import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/marks.css";
import "./styles/waiting.css";
import "./styles/frame.css";
import "./styles/list_head.css";
import "./styles/chips.css";
import "./styles/rows.css";
import "./styles/pane.css";
import "./styles/history.css";

showTheme(chosenTheme());

/** Language and session are asked for at once; whoever is signed in already sees the list first. */
async function start(): Promise<void> {
  const place = document.getElementById("console");
  if (!place) return;
  const [caller] = await Promise.all([currentCaller().catch(() => null), speak(preferredLanguage())]);
  if (caller) begin(caller);
  createRoot(place).render(<App />);
}

void start();
