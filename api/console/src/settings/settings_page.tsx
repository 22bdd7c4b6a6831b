/** The settings: their sections on the left, the one that is open beside them. */

import { i18n } from "@lingui/core";
import { Link, useParams } from "@tanstack/react-router";
import { Suspense } from "react";
import { useMay } from "../app/session";
import { Bones } from "../parts/bones";
import { PageHead } from "../parts/page_head";
import { sections } from "./sections";
import "../styles/sheet.css";
import "../styles/order.css";
import "../styles/settings.css";

export function SettingsPage() {
  const { section } = useParams({ strict: false });
  const may = useMay();
  const offered = sections().filter(({ permission }) => may(permission));
  const open = offered.find(({ code }) => code === (section ?? offered[0]?.code));
  return (
    <main className="main">
      <PageHead title={i18n._("Settings")} about={open?.label} />
      <div className="settings">
        <nav className="sections" aria-label={i18n._("Settings")}>
          {offered.map(({ code, label }) => (
            <Link
              key={code}
              to="/settings/$section"
              params={{ section: code }}
              aria-current={code === open?.code ? "page" : undefined}
              ref={code === open?.code ? intoSight : undefined}
            >
              {label}
            </Link>
          ))}
          {may("settings:read") && <Link to="/guide">{i18n._("First steps")}</Link>}
        </nav>
        <div className="page-body">
          <div className="page-column" key={open?.code}>
            <Suspense fallback={<Bones />}>{open ? <open.Page /> : <Closed />}</Suspense>
          </div>
        </div>
      </div>
    </main>
  );
}

/** On a telephone the sections stand in one line: the open one is scrolled to. */
const intoSight = (link: HTMLElement | null) => link?.scrollIntoView({ block: "nearest", inline: "center" });

function Closed() {
  return (
    <p className="quiet padded" role="alert">
      {i18n._("There is no such section, or you may not see it.")}
    </p>
  );
}
