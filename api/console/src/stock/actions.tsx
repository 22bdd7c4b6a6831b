/** Units received, a figure put right, and the rules of a SKU. */

import { i18n } from "@lingui/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { api, type Versioned, versioned } from "../api/client";
import { Button } from "../parts/button";
import { useEditor } from "../parts/editor";
import { ChoiceField, Complaints, TextField } from "../parts/field";
import { FormSheet } from "../parts/form";
import { say } from "../parts/notices";
import { complaintOf, complaintsBeside } from "../parts/refused";
import { wholeOf } from "../settings/whole";
import { adjust, receive, type StockItem, stockChanged, stockItemQuery } from "./data";

/** A key that stays for the same words, so that what is sent again is done once. */
export function useKeyOf(): (words: unknown) => string {
  const sent = useRef({ text: "", key: "" });
  return (words) => {
    const text = JSON.stringify(words);
    if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
    return sent.current.key;
  };
}

interface DoingProps {
  label: string;
  can: boolean;
  busy: boolean;
  error: unknown;
  places: readonly string[];
  onSend: () => void;
  children: ReactNode;
}

function Doing({ label, can, busy, error, places, onSend, children }: DoingProps) {
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (can && !busy) onSend();
  };
  return (
    <form className="form" onSubmit={send} noValidate>
      <div className="form-row">{children}</div>
      <Complaints sentences={complaintsBeside(error, places)} />
      <p>
        <Button look="primary" type="submit" shortcut="↵" disabled={!can || busy}>
          {busy ? i18n._("Writing…") : label}
        </Button>
      </p>
    </form>
  );
}

interface ReceiveProps {
  sku: string;
  onDone: () => void;
}

export function Receive({ sku, onDone }: ReceiveProps) {
  const client = useQueryClient();
  const keyOf = useKeyOf();
  const [typed, setTyped] = useState({ quantity: "", reference: "", reason: "" });
  const mutation = useMutation({
    mutationFn: () => {
      const told = { sku, ...typed, quantity: wholeOf(typed.quantity) as number };
      return receive({ ...told, key: keyOf(told) });
    },
    onSuccess: (answer) => {
      stockChanged(client, answer);
      say(i18n._("{sku}: {count} on the shelf.", { sku, count: answer.data.on_hand }));
      onDone();
    },
  });
  const set = (change: Partial<typeof typed>) => setTyped({ ...typed, ...change });
  return (
    <Doing
      label={i18n._("Put on the shelf")}
      can={typed.quantity.trim() !== ""}
      busy={mutation.isPending}
      error={mutation.error}
      places={["/quantity", "/reference", "/reason"]}
      onSend={() => mutation.mutate()}
    >
      <TextField
        label={i18n._("Units that came")}
        inputMode="numeric"
        autoFocus
        value={typed.quantity}
        complaint={complaintOf(mutation.error, "/quantity")}
        onChange={(event) => set({ quantity: event.target.value })}
      />
      <TextField
        label={i18n._("Delivery note (optional)")}
        value={typed.reference}
        complaint={complaintOf(mutation.error, "/reference")}
        onChange={(event) => set({ reference: event.target.value })}
      />
      <TextField
        label={i18n._("Reason (optional)")}
        value={typed.reason}
        complaint={complaintOf(mutation.error, "/reason")}
        onChange={(event) => set({ reason: event.target.value })}
      />
    </Doing>
  );
}

interface CountProps {
  item: Versioned<StockItem>;
  onDone: () => void;
}

/** The figure put right: by what was counted, or by so many units. */
export function Count({ item, onDone }: CountProps) {
  const client = useQueryClient();
  const keyOf = useKeyOf();
  const [how, setHow] = useState<"counted" | "change">("counted");
  const [typed, setTyped] = useState({ units: "", reason: "" });
  const { sku } = item.data;
  const mutation = useMutation({
    mutationFn: () => {
      const told = { sku, [how]: wholeOf(typed.units) as number, reason: typed.reason };
      return adjust({ ...told, key: keyOf(told) }, how === "counted" ? item.version : undefined);
    },
    onSuccess: (answer) => {
      stockChanged(client, answer);
      say(i18n._("{sku}: {count} on the shelf.", { sku, count: answer.data.on_hand }));
      onDone();
    },
    onError: () => void client.invalidateQueries({ queryKey: stockItemQuery(sku).queryKey }),
  });
  return (
    <Doing
      label={i18n._("Put the figure right")}
      can={typed.units.trim() !== ""}
      busy={mutation.isPending}
      error={mutation.error}
      places={["/counted", "/change", "/reason"]}
      onSend={() => mutation.mutate()}
    >
      <ChoiceField
        label={i18n._("How")}
        value={how}
        options={[
          { value: "counted", label: i18n._("so many were counted") },
          { value: "change", label: i18n._("by so many more or less") },
        ]}
        onChange={(value) => setHow(value as typeof how)}
      />
      <TextField
        label={how === "counted" ? i18n._("Units counted") : i18n._("More, or less with a minus")}
        inputMode="numeric"
        autoFocus
        value={typed.units}
        complaint={complaintOf(mutation.error, `/${how}`)}
        onChange={(event) => setTyped({ ...typed, units: event.target.value })}
      />
      <TextField
        label={i18n._("Reason (optional)")}
        value={typed.reason}
        complaint={complaintOf(mutation.error, "/reason")}
        onChange={(event) => setTyped({ ...typed, reason: event.target.value })}
      />
    </Doing>
  );
}

interface PolicyValues {
  policy: string;
  low_at: number | string | null;
}

const rulesOf = ({ policy, low_at }: StockItem): PolicyValues => ({ policy, low_at });

export function Policy({ item }: { item: Versioned<StockItem> }) {
  const client = useQueryClient();
  const { sku } = item.data;
  const editor = useEditor<PolicyValues, Versioned<StockItem>>({
    standing: { values: rulesOf(item.data), version: item.version },
    refresh: async () => {
      const now = await client.fetchQuery(stockItemQuery(sku));
      return { values: rulesOf(now.data), version: now.version };
    },
    send: (body, headers) =>
      versioned(
        api.PUT("/api/v1/stock/{sku}/policy", { params: { path: { sku } }, body: body as never, headers }),
      ),
    done: (answer) => {
      stockChanged(client, answer);
      say(i18n._("Saved."));
    },
  });
  const { values, set } = editor;
  return (
    <FormSheet
      editor={editor}
      labels={{ policy: i18n._("When it is used up"), low_at: i18n._("Low at") }}
      may
    >
      <div className="form-row">
        <ChoiceField
          label={i18n._("When it is used up")}
          value={values.policy}
          options={[
            { value: "refuse", label: i18n._("refuse to sell more") },
            { value: "backorder", label: i18n._("promise it on backorder") },
          ]}
          complaint={editor.complaint("policy")}
          onChange={(policy) => set({ policy })}
        />
        <TextField
          label={i18n._("Low at or below")}
          hint={i18n._("Left empty: never.")}
          inputMode="numeric"
          value={String(values.low_at ?? "")}
          complaint={editor.complaint("low_at")}
          onChange={(event) => set({ low_at: event.target.value ? wholeOf(event.target.value) : null })}
        />
      </div>
    </FormSheet>
  );
}
