/** What is done to a selection less often. */

import { i18n } from "@lingui/core";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import type { IconName } from "../../parts/icon";
import { Popup } from "../../parts/popup";
import { type BulkKind, NEEDED } from "../bulk/kinds";

interface Props {
  onBulk: (kind: BulkKind) => void;
  onCopy: () => void;
  onClose: () => void;
}

export default function BulkMenu({ onBulk, onCopy, onClose }: Props) {
  const may = useMay();
  const actions: [BulkKind, string, IconName][] = [
    ["archive", i18n._("Archive…"), "box"],
    ["unarchive", i18n._("Take out of the archive…"), "box"],
    ["resend", i18n._("Send the last mail again…"), "mail"],
    ["payment-link", i18n._("Mail a link to pay…"), "money"],
  ];
  const then = (act: () => void) => () => {
    onClose();
    act();
  };
  const label = i18n._("More for the selection");
  const trigger = <Button icon="more" look="bare" size="small" aria-label={label} />;
  return (
    <Popup align="end" label={label} open onOpen={(open) => !open && onClose()} trigger={trigger}>
      <div className="menu">
        {actions
          .filter(([kind]) => may(NEEDED[kind]))
          .map(([kind, word, icon]) => (
            <Button key={kind} icon={icon} look="bare" onClick={then(() => onBulk(kind))}>
              {word}
            </Button>
          ))}
        <Button icon="copy" look="bare" onClick={then(onCopy)}>
          {i18n._("Copy numbers")}
        </Button>
      </div>
    </Popup>
  );
}
