/** A part of the set-up that is a list of things by their code: shown, defined, changed, taken off. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Shop, type Versioned, writing } from "../api/client";
import { useMay } from "../app/session";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import type { Editor } from "../parts/editor";
import { TextField } from "../parts/field";
import { FormSheet } from "../parts/form";
import { say } from "../parts/notices";
import { DataTable, type TableColumn } from "../parts/table";
import { Window } from "../parts/window";
import { settingsChanged, takeBack, useShopEditor } from "./data";

interface Coded {
  code: string;
  label: string;
}

type Headers = Record<string, string>;

export interface CodedPart<T extends Coded> {
  /** What the forms are kept under on this device. */
  name: string;
  title: string;
  about: string;
  /** What the button says that makes one more. */
  add: string;
  blank: T;
  list: (shop: Shop) => T[];
  columns: TableColumn<T>[];
  labels: Partial<Record<keyof T & string, string>>;
  put: (values: T, headers: Headers) => Promise<Versioned<Shop>>;
  remove: (code: string, headers: Headers) => Promise<Versioned<Shop>>;
  /** The fields beside code and label. */
  fields: (editor: Editor<T>) => ReactNode;
  /** What is asked before one is taken off; left out: it goes at once and can be undone. */
  asks?: (thing: T, onClose: () => void) => ReactNode;
}

interface Props<T extends Coded> {
  shop: Versioned<Shop>;
  part: CodedPart<T>;
}

export function CodedList<T extends Coded>({ shop, part }: Props<T>) {
  const may = useMay()("settings:write");
  const [open, setOpen] = useState<T | null>(null);
  const [asked, ask] = useState<T | null>(null);
  const rows = part.list(shop.data);
  const actions: TableColumn<T> = {
    key: "actions",
    head: "",
    numeric: true,
    cell: (row) => (
      <Button
        icon="close"
        look="bare"
        size="small"
        aria-label={i18n._("Take {name} off", { name: row.label })}
        onClick={() => ask(row)}
      />
    ),
  };
  return (
    <section className="sheet" aria-label={part.title}>
      <header>
        <h2>{part.title}</h2>
        <span className="grow" />
        {may && (
          <Button icon="plus" size="small" onClick={() => setOpen(part.blank)}>
            {part.add}
          </Button>
        )}
      </header>
      <p className="quiet padded">{part.about}</p>
      <DataTable
        label={part.title}
        columns={may ? [...part.columns, actions] : part.columns}
        rows={rows}
        keyOf={(row) => row.code}
        onOpen={setOpen}
        empty={i18n._("There is none yet.")}
        keys={!open && !asked}
      />
      {open && <Edit shop={shop} part={part} thing={open} onClose={() => setOpen(null)} />}
      {asked &&
        (part.asks?.(asked, () => ask(null)) ?? (
          <TakeOff shop={shop} part={part} thing={asked} onClose={() => ask(null)} />
        ))}
    </section>
  );
}

/** A code made of a name: small letters, digits and hyphens. */
export const codeOf = (label: string): string =>
  label
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40);

type OpenProps<T extends Coded> = Props<T> & { thing: T; onClose: () => void };

function Edit<T extends Coded>({ shop, part, thing, onClose }: OpenProps<T>) {
  const may = useMay()("settings:write");
  const isNew = thing.code === "";
  const editor = useShopEditor<T>(shop, {
    name: `${part.name}.${thing.code}`,
    pick: (now) => part.list(now).find(({ code }) => code === thing.code) ?? part.blank,
    send: (values, headers) =>
      part.put({ ...values, code: values.code || codeOf(values.label) || "new" }, headers),
    onDone: onClose,
  });
  return (
    <Window title={isNew ? part.add : thing.label} onClose={onClose} narrow>
      <div className="form-window">
        <FormSheet
          editor={editor}
          labels={{ code: i18n._("Code"), label: i18n._("Name"), ...part.labels }}
          may={may}
        >
          <TextField
            label={i18n._("Name")}
            value={editor.values.label}
            complaint={editor.complaint("label")}
            onChange={(event) => editor.set({ label: event.target.value } as Partial<T>)}
          />
          {isNew && (
            <TextField
              label={i18n._("Code")}
              hint={i18n._("As programs and files name it; it stays.")}
              placeholder={codeOf(editor.values.label)}
              value={editor.values.code}
              complaint={editor.complaint("code")}
              onChange={(event) => editor.set({ code: event.target.value } as Partial<T>)}
            />
          )}
          {part.fields(editor)}
        </FormSheet>
      </div>
    </Window>
  );
}

function TakeOff<T extends Coded>({ shop, part, thing, onClose }: OpenProps<T>) {
  const client = useQueryClient();
  const changed = (answer: Versioned<Shop>) => settingsChanged(client, answer);
  return (
    <Confirm
      title={i18n._("Take {name} off", { name: thing.label })}
      action={i18n._("Take it off")}
      act={async () => {
        const answer = await part.remove(thing.code, writing(crypto.randomUUID(), shop.version));
        changed(answer);
        say(i18n._("{name} is offered no longer.", { name: thing.label }), {
          undo: () => takeBack(part.put(thing, writing(crypto.randomUUID(), answer.version)), changed),
        });
      }}
      onDone={onClose}
      onClose={onClose}
    >
      <p>{i18n._("It is offered no longer. Orders that have it keep it.")}</p>
    </Confirm>
  );
}
