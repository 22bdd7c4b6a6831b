/** What stands around every screen: the rail with its places, and whoever is signed in. */

import { i18n } from "@lingui/core";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api } from "../api/client";
import { leave } from "../api/session";
import { type Command, useCommands } from "../keys/commands";
import { useKeys } from "../keys/keys";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { changeLanguage, LANGUAGES, type Language, WINDOWS, withWords } from "../text/language";
import { chosenTheme, showTheme, type Theme } from "../text/theme";
import { type Place, places } from "./places";
import { operatorName, useMay, useSession } from "./session";

const KeysDialog = lazy(withWords(() => import("../keys/keys_dialog"), WINDOWS));
const FirstSteps = lazy(() => import("./first_steps"));
const Palette = lazy(() => import("./palette"));

export function Frame() {
  const navigate = useNavigate();
  const may = useMay();
  const offered = places().filter(({ permission }) => may(permission));
  const [keysShown, showKeys] = useState(false);
  const [paletteShown, showPalette] = useState(false);
  useKeys({
    "?": () => showKeys(true),
    "ctrl+k": () => showPalette(true),
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
      { id: "light", label: i18n._("Light colours"), group, icon: "sun", act: () => showTheme("light") },
      { id: "dark", label: i18n._("Dark colours"), group, icon: "sun", act: () => showTheme("dark") },
      { id: "out", label: i18n._("Sign out"), group, icon: "out", act: signOut },
    ];
    return everywhere;
  }, true);
  return (
    <div className="frame">
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
        <Person others={offered.filter(({ phone }) => !phone)} />
      </nav>
      <Outlet />
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

async function signOut(): Promise<void> {
  await api.DELETE("/api/v1/session").catch(() => undefined);
  leave();
}

/** Who is signed in, and what they choose for this device. */
function Person({ others }: { others: readonly Place[] }) {
  const { caller } = useSession();
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const name = operatorName(caller?.actor) ?? caller?.actor ?? "";
  return (
    <details className="person">
      <summary>
        <i className="face" aria-hidden="true">
          {name.slice(0, 2).toUpperCase()}
        </i>
        <span>{name}</span>
      </summary>
      <div className="person-menu">
        <OtherPlaces places={others} />
        <label>
          <span>{i18n._("Language")}</span>
          <select value={i18n.locale} onChange={(event) => changeLanguage(event.target.value as Language)}>
            {Object.entries(LANGUAGES).map(([code, label]) => (
              <option key={code} value={code}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{i18n._("Colours")}</span>
          <select
            value={theme}
            onChange={(event) => {
              const chosen = event.target.value as Theme;
              setTheme(chosen);
              showTheme(chosen);
            }}
          >
            <option value="system">{i18n._("As the device")}</option>
            <option value="light">{i18n._("Light")}</option>
            <option value="dark">{i18n._("Dark")}</option>
          </select>
        </label>
        <Button icon="out" look="bare" onClick={signOut}>
          {i18n._("Sign out")}
        </Button>
      </div>
    </details>
  );
}

/** What a telephone's foot has no room for. */
function OtherPlaces({ places: others }: { places: readonly Place[] }) {
  return (
    <div className="phone-only other-places">
      {others.map(({ to, label, icon }) => (
        <Link
          key={to}
          to={to}
          className="place"
          onClick={(event) => event.currentTarget.closest("details")?.removeAttribute("open")}
        >
          <Icon name={icon} />
          <span>{label}</span>
        </Link>
      ))}
    </div>
  );
}
