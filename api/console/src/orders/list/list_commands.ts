/** What the palette offers over the list. */

import { i18n } from "@lingui/core";
import type { OrderRow } from "../../api/client";
import { useMay } from "../../app/session";
import { type Command, useCommands } from "../../keys/commands";
import type { BulkKind } from "../bulk/kinds";
import type { DialogKind } from "../dialogs/kinds";
import { orderCommands } from "../order_commands";
import { isEmpty, NOTHING, type Selection, WHOLE } from "./selection";

interface Facts {
  row: OrderRow | undefined;
  selection: Selection;
  select: (selection: Selection) => void;
  open: (id: string) => void;
  openDialog: (kind: DialogKind) => void;
  filter: (open: boolean) => void;
  save: (open: boolean) => void;
  bulk: (kind: BulkKind) => (() => void) | undefined;
  arrivals: { waiting: number; show: () => unknown };
}

export function useListCommands(facts: Facts): void {
  const may = useMay();
  useCommands(() => {
    const { row, selection, select, open, openDialog } = facts;
    if (!isEmpty(selection)) return [...bulkCommands(facts), ...listCommands(facts)];
    if (!row) return listCommands(facts);
    const group = i18n._("Order {number}", { number: row.number });
    const opening: Command = {
      id: "open",
      label: i18n._("Open {number}", { number: row.number }),
      group,
      shortcut: "↵",
      icon: "orders",
      act: () => open(row.id),
    };
    const whole: Command = {
      id: "whole",
      label: i18n._("Select all orders of this view"),
      group: i18n._("List"),
      shortcut: "⇧ x",
      icon: "check",
      act: () => select(WHOLE),
    };
    return [
      opening,
      ...(may("orders:write") ? orderCommands(group, openDialog) : []),
      ...listCommands(facts),
      whole,
    ];
  });
}

function listCommands({ filter, save, arrivals, selection, select }: Facts): Command[] {
  const group = i18n._("List");
  const commands: Command[] = [
    { id: "filter", label: i18n._("Filter…"), group, shortcut: "f", icon: "filter", act: () => filter(true) },
    { id: "save", label: i18n._("Save as a view"), group, icon: "plus", act: () => save(true) },
  ];
  if (arrivals.waiting)
    commands.push({
      id: "show",
      label: i18n._("Show the new orders"),
      group,
      icon: "down",
      act: arrivals.show,
    });
  if (!isEmpty(selection)) {
    const label = i18n._("Clear the selection");
    commands.push({ id: "clear", label, group, shortcut: "Esc", icon: "close", act: () => select(NOTHING) });
  }
  return commands;
}

function bulkCommands({ bulk }: Facts): Command[] {
  const group = i18n._("Selected orders");
  const offered: [BulkKind, string, string | undefined, Command["icon"]][] = [
    ["status", i18n._("Change their status…"), "s", "half"],
    ["tags", i18n._("Tag them…"), "t", "tag"],
    ["operator", i18n._("Give them to an operator…"), "o", "people"],
    ["print", i18n._("Print them…"), "p", "print"],
    ["export", i18n._("Export them…"), "⇧ e", "out"],
    ["archive", i18n._("Archive…"), undefined, "box"],
    ["unarchive", i18n._("Take out of the archive…"), undefined, "box"],
    ["resend", i18n._("Send the last mail again…"), undefined, "mail"],
    ["payment-link", i18n._("Mail a link to pay…"), undefined, "money"],
  ];
  return offered.flatMap(([kind, label, shortcut, icon]) => {
    const act = bulk(kind);
    if (!act) return [];
    return { id: `bulk ${kind}`, label, group, act, ...(icon && { icon }), ...(shortcut && { shortcut }) };
  });
}
