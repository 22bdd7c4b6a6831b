/** What the palette offers for one order. */

import { i18n } from "@lingui/core";
import type { Command } from "../keys/commands";
import type { DialogKind } from "./dialogs/kinds";

export function orderCommands(group: string, open: (kind: DialogKind) => void): Command[] {
  const dialogs: [DialogKind, string, Command["icon"], string?][] = [
    ["next", i18n._("The next step"), "right", "e"],
    ["status", i18n._("Change the status"), "half", "s"],
    ["ship", i18n._("Send a parcel"), "truck", "t"],
    ["pay", i18n._("Write down a payment"), "money", "b"],
    ["refund", i18n._("Give money back"), "back"],
    ["note", i18n._("Leave a note"), "flag", "n"],
    ["tags", i18n._("Change the tags"), "tag"],
    ["particulars", i18n._("Change operator, source, payment or shipping"), "people", "o"],
    ["billing", i18n._("Change the billing address"), "edit"],
    ["shipping", i18n._("Change the shipping address"), "edit"],
  ];
  return dialogs.map(([kind, label, icon, shortcut]) => ({
    id: `order ${kind}`,
    label,
    group,
    act: () => open(kind),
    ...(icon && { icon }),
    ...(shortcut && { shortcut }),
  }));
}
