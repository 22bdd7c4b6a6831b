/** The dialogs over a customer's page, loaded when the first one opens. */

import type { Versioned } from "../../api/client";
import type { CardWithWorth } from "../data";
import { CardWindow } from "./card_window";
import type { Kind } from "./customer_page";
import { EraseWindow } from "./erase_window";
import { MergeWindow } from "./merge_window";

interface Props {
  kind: Kind;
  card: Versioned<CardWithWorth>;
  onClose: () => void;
}

export default function Asked({ kind, card, onClose }: Props) {
  if (kind === "edit") return <CardWindow card={card} onClose={onClose} />;
  if (kind === "merge") return <MergeWindow card={card} onClose={onClose} />;
  return <EraseWindow card={card} onClose={onClose} />;
}
