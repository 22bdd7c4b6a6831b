/** What stands around every screen: the rail with its places, and whoever is signed in. */

import { i18n } from "@lingui/core";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { type Command, useCommands } from "../keys/commands";
import { useKeys } from "../keys/keys";
import { Icon } from "../parts/icon";
import { WINDOWS, withWords } from "../text/language";
import { showTheme } from "../text/theme";
import { type Place, places } from "./places";
import { operatorName, signOut, useInstant, useMay, useSession } from "./session";

const KeysDialog = lazy(withWords(() => import("../keys/keys_dialog"), WINDOWS));
const PersonMenu = lazy(withWords(() => import("./person_menu"), WINDOWS));
const FirstSteps = lazy(() => import("./first_steps"));
const Palette = lazy(() => import("./palette"));
const HelpPanel = lazy(withWords(() => import("../help/help_panel"), WINDOWS));
const PastLayer = lazy(withWords(() => import("./past_layer"), WINDOWS));
/** The places that are shown as they were. */
const OF_THE_PAST = ["/orders", "/customers", "/stock"];

export function Frame() {
  const navigate = useNavigate();
  const may = useMay();
  const instant = useInstant();
  const offered = places().filter(
    ({ permission, to }) => may(permission) && (!instant || OF_THE_PAST.includes(to)),
  );
  const [pastAsked, askPast] = useState(false);
  const [keysShown, showKeys] = useState(false);
  const [paletteShown, showPalette] = useState(false);
  const [helpShown, showHelp] = useState(false);
  const toggleHelp = () => showHelp(!helpShown);
  useKeys({
    "?": () => showKeys(true),
    "ctrl+k": () => showPalette(true),
    f1: toggleHelp,
    h: toggleHelp,
    "g h": () => askPast(true),
    ...Object.fromEntries(offered.map(({ key, to }) => [`g ${key}`, () => navigate({ to })])),
  });
  useCommands(() => {
    const group = i18n._("Everywhere");
    const everywhere: Command[] = [
      ...offered.map(
        ({ to, label, icon, key }): Command => ({
          id: `place ${to}`,
          label,
          group: i18n._("Places"),
          icon,
          shortcut: `g ${key}`,
          act: () => navigate({ to }),
        }),
      ),
      {
        id: "keys",
        label: i18n._("All keys"),
        group,
        icon: "book",
        shortcut: "?",
        act: () => showKeys(true),
      },
      { id: "help", label: i18n._("Help"), group, icon: "help", shortcut: "F1", act: toggleHelp },
      {
        id: "past",
        label: i18n._("Show the past"),
        group,
        icon: "clock",
        shortcut: "g h",
        act: () => askPast(true),
      },
      { id: "light", label: i18n._("Light colours"), group, icon: "sun", act: () => showTheme("light") },
      { id: "dark", label: i18n._("Dark colours"), group, icon: "sun", act: () => showTheme("dark") },
      { id: "out", label: i18n._("Sign out"), group, icon: "out", act: signOut },
    ];
    return everywhere;
  }, true);
  return (
    <div className={instant ? "frame of-the-past" : "frame"}>
      {(instant || pastAsked) && (
        <Suspense>
          <PastLayer instant={instant} asked={pastAsked} onAsk={askPast} />
        </Suspense>
      )}
      <nav className="rail" aria-label="Carnet">
        <Link to="/orders" className="brand" aria-label="Carnet">
          <i aria-hidden="true" />
          <span>Carnet</span>
        </Link>
        {offered.map(({ to, label, icon, phone }) => (
          <Link
            key={to}
            to={to}
            className={phone ? "place" : "place wide-only"}
            activeOptions={{ includeSearch: false }}
          >
            <Icon name={icon} />
            <span>{label}</span>
          </Link>
        ))}
        <Suspense>{may("settings:write") && <FirstSteps />}</Suspense>
        <button type="button" className="place wide-only" aria-keyshortcuts="F1" onClick={toggleHelp}>
          <Icon name="help" />
          <span>{i18n._("Help")}</span>
        </button>
        <Person
          others={offered.filter(({ phone }) => !phone)}
          onHelp={toggleHelp}
          onPast={() => askPast(true)}
        />
      </nav>
      <Outlet />
      {helpShown && (
        <Suspense>
          <HelpPanel onClose={toggleHelp} />
        </Suspense>
      )}
      {keysShown && (
        <Suspense>
          <KeysDialog onClose={() => showKeys(false)} />
        </Suspense>
      )}
      {paletteShown && (
        <Suspense>
          <Palette onClose={() => showPalette(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** Who is signed in; what they choose for this device is loaded when it is opened. */
function Person(menu: { others: readonly Place[]; onHelp: () => void; onPast: () => void }) {
  const { caller } = useSession();
  const [opened, open] = useState(false);
  const name = operatorName(caller?.actor) ?? caller?.actor ?? "";
  return (
    <details className="person" onToggle={() => open(true)}>
      <summary>
        <i className="face" aria-hidden="true">
          {name.slice(0, 2).toUpperCase()}
        </i>
        <span>{name}</span>
      </summary>
      {opened && (
        <Suspense>
          <PersonMenu {...menu} />
        </Suspense>
      )}
    </details>
  );
}
