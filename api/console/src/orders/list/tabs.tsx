/** The views over the list, each with how many orders it has, and the way to save another. */

import { i18n } from "@lingui/core";
import { useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Icon } from "../../parts/icon";
import { localeTag } from "../../text/language";
import type { ListSearch } from "../search";
import { isChanged, searchOf, useViewCounts, type View } from "../views";
import { useCount } from "./data";

const ViewMenu = lazy(() => import("./view_menu"));
const ViewWindow = lazy(() => import("./view_window"));

interface Props {
  views: readonly View[];
  current: View | undefined;
  search: ListSearch;
  columns: readonly string[];
  saving: boolean;
  onSaving: (open: boolean) => void;
}

export function Tabs({ views, current, search, columns, saving, onSaving }: Props) {
  const place = useRef<HTMLElement>(null);
  const counts = useViewCounts(views.some((each) => each.saved));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is current
  useEffect(() => {
    place.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [current?.id]);
  const shown = { search, columns };
  return (
    <nav ref={place} className="tabs" aria-label={i18n._("Views")}>
      {views.map((view) => {
        const on = view.id === current?.id;
        const facts = { view, current: on };
        if (!view.saved) return <BuiltIn key={view.id} {...facts} />;
        return (
          <span key={view.id} className="tab">
            <Tab {...facts} count={counts[view.id]} changed={on && isChanged(view, search, columns)} />
            {on && view.saved.changeable && <Menu view={view} shown={shown} />}
          </span>
        );
      })}
      <button
        type="button"
        className="tab-add"
        aria-label={i18n._("Save as a view")}
        title={i18n._("Save as a view")}
        onClick={() => onSaving(true)}
      >
        <Icon name="plus" />
      </button>
      {saving && (
        <Suspense>
          <ViewWindow shown={shown} onClose={() => onSaving(false)} />
        </Suspense>
      )}
    </nav>
  );
}

const BuiltIn = (facts: { view: View; current: boolean }) => (
  <Tab {...facts} count={useCount(facts.view.filters)} />
);

interface TabProps {
  view: View;
  current: boolean;
  count?: number | null | undefined;
  /** What is shown is no longer what was saved. */
  changed?: boolean;
}

function Tab({ view, current, count, changed = false }: TabProps) {
  const router = useRouter();
  const search = searchOf(view);
  const faults = view.saved?.errors.map((each) => each.detail).join("\n");
  return (
    <a
      href={router.buildLocation({ to: "/orders", search }).href}
      aria-current={current ? "page" : undefined}
      title={faults || undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        void router.navigate({ to: "/orders", search });
      }}
    >
      {faults && <Icon name="warning" />}
      {view.name}
      {changed && <i className="changed" role="img" aria-label={i18n._("changed")} />}
      {typeof count === "number" && <span>{new Intl.NumberFormat(localeTag()).format(count)}</span>}
      {faults && <span className="hidden-text">{faults}</span>}
    </a>
  );
}

function Menu({ view, shown }: { view: View; shown: Pick<Props, "search" | "columns"> }) {
  const [open, setOpen] = useState(false);
  const button = (
    <button
      type="button"
      className="tab-menu"
      aria-label={i18n._("This view: {name}", { name: view.name })}
      onClick={() => setOpen(true)}
    >
      <Icon name="more" />
    </button>
  );
  if (!open) return button;
  return (
    <Suspense fallback={button}>
      <ViewMenu view={view} shown={shown} onClose={() => setOpen(false)} />
    </Suspense>
  );
}
