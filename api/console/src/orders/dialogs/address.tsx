/** Where the bill or the parcel goes: the whole address, in the place of the former one. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { api, type Order, taken } from "../../api/client";
import { Refused } from "../../api/problems";
import { Button } from "../../parts/button";
import { TextField } from "../../parts/field";
import { Window } from "../../parts/window";
import { AddressFields, SELDOM, WHERE, WHO } from "../new/address_fields";
import { ADDRESS, type AddressText, NO_ADDRESS } from "../new/cart";
import { useDecision } from "./deciding";
import { DialogFoot } from "./foot";
import { Refusal } from "./refusal";

const FIELDS = ADDRESS.map((name) => `/${name}`).concat("/reason");
const PATHS = {
  billing: "/api/v1/orders/{order_id}/billing-address",
  shipping: "/api/v1/orders/{order_id}/shipping-address",
} as const;

interface Props {
  order: Order;
  kind: keyof typeof PATHS;
  onClose: () => void;
}

type Body = Partial<AddressText> & { reason?: string };

export function AddressDialog({ order, kind, onClose }: Props) {
  const standing = kind === "billing" ? order.billing_address : order.shipping_address;
  const [address, setAddress] = useState<AddressText>({ ...NO_ADDRESS, ...standing });
  const [reason, setReason] = useState("");
  const decision = useDecision<Body>({
    order,
    request: (body, headers) => {
      const params = { path: { order_id: order.id } };
      return taken(api.PUT(PATHS[kind], { params, body: body as never, headers } as never));
    },
    done: (after) => i18n._("The address of {number} is changed.", { number: after.number }),
    onClose,
  });
  const accept = () => decision.send(bodyOf(address, reason));
  const complaints = complaintsOf(decision.error);
  const title =
    kind === "billing"
      ? i18n._("Billing address of {number}", { number: order.number })
      : i18n._("Shipping address of {number}", { number: order.number });
  return (
    <Window title={title} onClose={onClose} onAccept={accept}>
      <div className="padded form">
        <AddressFields
          place="address"
          address={address}
          complaints={complaints}
          onChange={(next) => setAddress({ ...address, ...next })}
          shown={[...WHO, ...WHERE, ...SELDOM]}
        />
        {kind === "shipping" && (
          <p className="line wrap">
            {order.billing_address && (
              <Button
                size="small"
                icon="copy"
                onClick={() => setAddress({ ...NO_ADDRESS, ...order.billing_address })}
              >
                {i18n._("Begin with the billing address")}
              </Button>
            )}
            <Button size="small" onClick={() => decision.send(bodyOf(NO_ADDRESS, reason))}>
              {i18n._("Same as billing")}
            </Button>
          </p>
        )}
        <TextField
          label={i18n._("Reason (optional)")}
          value={reason}
          complaint={complaints.get("address/reason")}
          onChange={(event) => setReason(event.target.value)}
        />
        <Refusal
          order={order}
          error={decision.error}
          version={decision.version}
          fields={FIELDS}
          onLook={decision.lookAgain}
        />
      </div>
      <DialogFoot
        label={i18n._("Keep the address")}
        busy={decision.busy}
        onAccept={accept}
        onClose={onClose}
      />
    </Window>
  );
}

/** The whole address; one of nothing is none. */
function bodyOf(address: AddressText, reason: string): Body {
  const told = ADDRESS.map((name) => [name, address[name].trim()]);
  return { ...Object.fromEntries(told), ...(reason.trim() ? { reason: reason.trim() } : {}) };
}

function complaintsOf(error: unknown): ReadonlyMap<string, string> {
  const errors = error instanceof Refused ? (error.problem.errors ?? []) : [];
  return new Map(errors.map(({ pointer = "", detail }) => [`address${pointer}`, detail]));
}
