/** The dialog that an action opens, on the order as it stands. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Window } from "../../parts/window";
import { orderQuery } from "../data";
import { nextStep } from "../next_step";
import { AddressDialog } from "./address";
import type { DialogKind } from "./kinds";
import { NoteDialog } from "./note";
import { ParticularsDialog } from "./particulars";
import { PaymentDialog } from "./payment";
import { RefundDialog } from "./refund";
import { ShipDialog } from "./ship";
import { StatusDialog } from "./status";
import { TagsDialog } from "./tags";

interface Props {
  id: string;
  kind: DialogKind;
  onClose: () => void;
}

export default function OrderDialog({ id, kind, onClose }: Props) {
  const { data: order } = useQuery(orderQuery(id));
  if (!order) return null;
  return <Opened key={`${id} ${kind}`} order={order} kind={kind} onClose={onClose} />;
}

type OpenedProps = Omit<Props, "id"> & { order: NonNullable<ReturnType<typeof useOrder>> };
const useOrder = (id: string) => useQuery(orderQuery(id)).data;

function Opened({ order, kind, onClose }: OpenedProps) {
  // What comes next is decided once: the order behind the dialog may change while somebody types.
  const [step] = useState(() => nextStep(order));
  const shown = kind === "next" ? step?.kind : kind;
  const facts = { order, onClose };
  if (shown === "status")
    return <StatusDialog {...facts} status={kind === "next" ? step?.status : undefined} />;
  if (shown === "ship") return <ShipDialog {...facts} />;
  if (shown === "pay") return <PaymentDialog {...facts} />;
  if (shown === "refund") return <RefundDialog {...facts} />;
  if (shown === "note") return <NoteDialog {...facts} />;
  if (shown === "tags") return <TagsDialog {...facts} />;
  if (shown === "billing" || shown === "shipping") return <AddressDialog {...facts} kind={shown} />;
  if (shown === "particulars") return <ParticularsDialog {...facts} />;
  return (
    <Window title={order.number} onClose={onClose} narrow>
      <p className="padded">{i18n._("Nothing is left to do.")}</p>
    </Window>
  );
}
