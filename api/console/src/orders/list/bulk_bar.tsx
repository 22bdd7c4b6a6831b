/** What is selected, what it comes to, and what can be done to all of it; over the foot of the list. */

import { i18n } from "@lingui/core";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { Icon, type IconName } from "../../parts/icon";
import { useSettled } from "../../parts/later";
import { localeTag } from "../../text/language";
import { moneyText } from "../../text/money";
import { type BulkKind, NEEDED } from "../bulk/kinds";
import { useSummary } from "./data";
import type { Selection, Target } from "./selection";
import "../../styles/selected.css";

const BulkMenu = lazy(() => import("./bulk_menu"));

interface Props {
  selection: Selection;
  target: Target;
  /** The orders of the whole list, as far as it is known. */
  count: number | undefined;
  onWhole: () => void;
  onBulk: (kind: BulkKind) => void;
  onClear: () => void;
  onCopy: () => void;
}

export default function BulkBar({ selection, target, count, onWhole, onBulk, onClear, onCopy }: Props) {
  const may = useMay();
  const [menu, setMenu] = useState(false);
  const size = selection.whole ? count : selection.ids.size;
  const actions: [BulkKind, string, string, IconName][] = [
    ["status", i18n._("Status"), "s", "half"],
    ["tags", i18n._("Tags"), "t", "tag"],
    ["operator", i18n._("Operator"), "o", "people"],
    ["print", i18n._("Print"), "p", "print"],
    ["export", i18n._("Export"), "⇧ e", "out"],
  ];
  return (
    <div className="bulk" role="toolbar" aria-label={i18n._("Selected orders")}>
      <b aria-live="polite">
        {size === undefined
          ? i18n._("All of this list")
          : i18n._("{count, plural, one {# selected} other {# selected}}", { count: size })}
      </b>
      <Sums target={target} />
      {!selection.whole && count !== undefined && count > selection.ids.size && (
        <button type="button" className="bulk-whole" aria-keyshortcuts="Shift+x" onClick={onWhole}>
          {i18n._("All {count} of this view", { count: new Intl.NumberFormat(localeTag()).format(count) })}
        </button>
      )}
      <span className="bar-line" />
      {actions
        .filter(([kind]) => may(NEEDED[kind]))
        .map(([kind, label, key, icon]) => (
          <Button key={kind} look="bare" size="small" shortcut={key} onClick={() => onBulk(kind)}>
            <Icon name={icon} />
            <span className="bulk-word">{label}</span>
          </Button>
        ))}
      <More open={menu} onOpen={setMenu} onBulk={onBulk} onCopy={onCopy} />
      <span className="grow" />
      <Button
        icon="close"
        look="bare"
        size="small"
        aria-label={i18n._("Clear the selection")}
        onClick={onClear}
      />
    </div>
  );
}

function Sums({ target }: { target: Target }) {
  const settled = useSettled(target, 150);
  const sums = useSummary(settled);
  if (!sums) return null;
  return (
    <span className="bulk-sums">
      {sums.currencies.map((each) => (
        <span key={each.currency}> · {moneyText(each.total, localeTag())}</span>
      ))}
    </span>
  );
}

interface MoreProps {
  open: boolean;
  onOpen: (open: boolean) => void;
  onBulk: (kind: BulkKind) => void;
  onCopy: () => void;
}

function More({ open, onOpen, onBulk, onCopy }: MoreProps) {
  const button = (
    <Button
      icon="more"
      look="bare"
      size="small"
      aria-label={i18n._("More for the selection")}
      onClick={() => onOpen(true)}
    />
  );
  if (!open) return button;
  return (
    <Suspense fallback={button}>
      <BulkMenu onBulk={onBulk} onCopy={onCopy} onClose={() => onOpen(false)} />
    </Suspense>
  );
}
