/** What whoever is signed in chooses for this device, and on a telephone the places that its foot has no room for. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { changeLanguage, LANGUAGES, type Language } from "../text/language";
import { chosenTheme, showTheme, type Theme } from "../text/theme";
import type { Place } from "./places";
import { signOut } from "./session";

interface Props {
  others: readonly Place[];
  onHelp: () => void;
  onPast: () => void;
}

export default function PersonMenu({ others, onHelp, onPast }: Props) {
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  return (
    <div className="person-menu">
      <OtherPlaces places={others} onHelp={onHelp} />
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
      <Button icon="clock" look="bare" onClick={onPast}>
        {i18n._("Show the past")}
      </Button>
      <Button icon="out" look="bare" onClick={signOut}>
        {i18n._("Sign out")}
      </Button>
    </div>
  );
}

function OtherPlaces({ places: others, onHelp }: { places: readonly Place[]; onHelp: () => void }) {
  return (
    <div
      className="phone-only other-places"
      onClickCapture={(event) => event.currentTarget.closest("details")?.removeAttribute("open")}
    >
      {others.map(({ to, label, icon }) => (
        <Link key={to} to={to} className="place">
          <Icon name={icon} />
          <span>{label}</span>
        </Link>
      ))}
      <button type="button" className="place" onClick={onHelp}>
        <Icon name="help" />
        <span>{i18n._("Help")}</span>
      </button>
    </div>
  );
}
