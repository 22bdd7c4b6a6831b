/** The keys that matter here, printed under the list. */

import { i18n } from "@lingui/core";
import { Key } from "../../parts/button";
import { useFollows } from "../following";

export function Foot() {
  const keys: [string[], string][] = [
    [["j", "k"], i18n._("row")],
    [["x"], i18n._("select")],
    [["⇧ j"], i18n._("extend")],
    [["↵"], i18n._("open")],
    [["e"], i18n._("next step")],
    [["f"], i18n._("filter")],
    [["/"], i18n._("search")],
    [["Ctrl K"], i18n._("do anything")],
    [["?"], i18n._("all keys")],
  ];
  const follows = useFollows();
  return (
    <footer className="foot">
      {keys.map(([names, told]) => (
        <span key={told}>
          {names.map((each) => (
            <Key key={each}>{each}</Key>
          ))}
          {told}
        </span>
      ))}
      <span className="grow" />
      <span className={follows ? "live" : "live late"} role="status">
        {follows ? i18n._("Up to date") : i18n._("Looking every 10 seconds")}
      </span>
    </footer>
  );
}
