/** One status: its names, stage and colour, and what reaching it sets off. */

import { i18n } from "@lingui/core";
import { useId } from "react";
import type { Shop, Versioned } from "../../api/client";
import { useMay } from "../../app/session";
import type { Editor } from "../../parts/editor";
import { ChoiceField, TextField } from "../../parts/field";
import { CheckField, FormSheet } from "../../parts/form";
import { StatusPill } from "../../parts/pill";
import { Window } from "../../parts/window";
import { stageLabel } from "../../text/labels";
import { LANGUAGES } from "../../text/language";
import { codeOf } from "../coded_part";
import { type DefinedStatus, useShopEditor } from "../data";
import { putStatus } from "./ordering";

const STAGES = ["draft", "pending", "processing", "on_hold", "shipped", "completed", "cancelled"];

interface Props {
  shop: Versioned<Shop>;
  status: DefinedStatus;
  onClose: () => void;
}

export function StatusWindow({ shop, status, onClose }: Props) {
  const may = useMay()("settings:write");
  const isNew = status.code === "";
  const editor = useShopEditor<DefinedStatus>(shop, {
    name: `status.${status.code}`,
    pick: (now) => now.statuses.find(({ code }) => code === status.code) ?? status,
    send: (values, headers) =>
      putStatus({ ...values, code: values.code || codeOf(values.label) || "new" }, headers),
    onDone: onClose,
  });
  const labels = {
    code: i18n._("Code"),
    label: i18n._("Name"),
    names: i18n._("Names by language"),
    stage: i18n._("Stage"),
    colour: i18n._("Colour"),
    position: i18n._("Place"),
    deducts_stock: i18n._("Takes stock off the shelf"),
    restores_stock: i18n._("Puts stock back"),
    notifies_customer: i18n._("Mails the customer"),
    notifies_administrators: i18n._("Mails administrators"),
    needs_tracking: i18n._("Wants a tracking code"),
  };
  return (
    <Window
      title={isNew ? i18n._("A status…") : status.label}
      about={<StatusPill status={editor.values} />}
      onClose={onClose}
    >
      <div className="form-window">
        <FormSheet editor={editor} labels={labels} may={may}>
          <Names editor={editor} isNew={isNew} />
          <Where editor={editor} isNew={isNew} />
          <div className="form-row">
            <Does editor={editor} label={labels.deducts_stock} name="deducts_stock" />
            <Does editor={editor} label={labels.restores_stock} name="restores_stock" />
            <Does editor={editor} label={labels.needs_tracking} name="needs_tracking" />
            <Does editor={editor} label={labels.notifies_customer} name="notifies_customer" />
            <Does editor={editor} label={labels.notifies_administrators} name="notifies_administrators" />
          </div>
        </FormSheet>
      </div>
    </Window>
  );
}

interface PartProps {
  editor: Editor<DefinedStatus>;
  isNew: boolean;
}

/** What it is called: by one name, and by others in languages that have their own. */
function Names({ editor, isNew }: PartProps) {
  const { values, set, complaint } = editor;
  const names = values.names as Record<string, string>;
  const withName = (locale: string, name: string) => {
    const { [locale]: _, ...rest } = names;
    set({ names: name ? { ...rest, [locale]: name } : rest });
  };
  return (
    <div className="form-row">
      <TextField
        label={i18n._("Name")}
        value={values.label}
        complaint={complaint("label")}
        onChange={(event) => set({ label: event.target.value })}
      />
      {Object.entries(LANGUAGES).map(([locale, language]) => (
        <TextField
          key={locale}
          label={i18n._("Name in {language}", { language })}
          placeholder={values.label}
          value={names[locale] ?? ""}
          complaint={complaint(`names/${locale}`)}
          onChange={(event) => withName(locale, event.target.value)}
        />
      ))}
      {isNew && (
        <TextField
          label={i18n._("Code")}
          hint={i18n._("As programs and files name it; it stays.")}
          placeholder={codeOf(values.label)}
          value={values.code}
          complaint={complaint("code")}
          onChange={(event) => set({ code: event.target.value })}
        />
      )}
    </div>
  );
}

/** Which stage it is on, for good, and its colour. */
function Where({ editor, isNew }: PartProps) {
  const id = useId();
  const { values, set, complaint } = editor;
  return (
    <div className="form-row">
      {isNew ? (
        <ChoiceField
          label={i18n._("Stage")}
          value={values.stage}
          options={STAGES.map((value) => ({ value, label: stageLabel(value) }))}
          complaint={complaint("stage")}
          onChange={(stage) => set({ stage })}
        />
      ) : (
        <p>
          <span className="quiet">{i18n._("Stage")}</span>
          <br />
          {stageLabel(values.stage)}
        </p>
      )}
      <div className="field">
        <label htmlFor={id}>{i18n._("Colour")}</label>
        <input
          id={id}
          type="color"
          className="input"
          value={values.colour}
          onChange={(event) => set({ colour: event.target.value })}
        />
      </div>
    </div>
  );
}

interface DoesProps {
  editor: Editor<DefinedStatus>;
  label: string;
  name:
    | "deducts_stock"
    | "restores_stock"
    | "notifies_customer"
    | "notifies_administrators"
    | "needs_tracking";
}

function Does({ editor, label, name }: DoesProps) {
  return (
    <CheckField
      label={label}
      checked={editor.values[name]}
      onChange={(checked) => editor.set({ [name]: checked })}
    />
  );
}
