/** A form of the back office: its fields, what somebody else changed meanwhile, what was refused, and its foot. */

import { i18n } from "@lingui/core";
import { type KeyboardEvent, type ReactNode, type TextareaHTMLAttributes, useId } from "react";
import { Button } from "./button";
import type { Editor } from "./editor";
import { Complaints } from "./field";
import { complaintsBeside } from "./refused";
import "../styles/sheet.css";
import "../styles/form.css";

interface Props<T> {
  title?: string;
  /** What the form is about, in a sentence. */
  about?: ReactNode;
  editor: Editor<T>;
  /** What the fields are called, by the name that the server knows them by. */
  labels: Partial<Record<keyof T & string, string>>;
  /** Whether the operator may change it; why not stands at the foot. */
  may: boolean;
  action?: string;
  /** What else can be done, before the foot's buttons. */
  beside?: ReactNode;
  /** Written although nothing was touched: something new. */
  isNew?: boolean;
  children: ReactNode;
}

export function FormSheet<T extends object>(props: Props<T>) {
  const { title, about, editor, labels, may, action, beside, isNew = false, children } = props;
  const canSave = may && !editor.busy && (editor.isTouched || isNew) && editor.overtaken.length === 0;
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (canSave) editor.save();
  };
  return (
    <form
      className="sheet form-sheet"
      aria-label={title}
      noValidate
      onKeyDown={onKey}
      onSubmit={(event) => {
        event.preventDefault();
        if (canSave) editor.save();
      }}
    >
      {title && (
        <header>
          <h2>{title}</h2>
        </header>
      )}
      <fieldset className="form-body" disabled={!may}>
        {about && <p className="quiet">{about}</p>}
        {children}
        <Overtaken editor={editor} labels={labels} />
        <Complaints
          sentences={complaintsBeside(
            editor.error,
            Object.keys(labels).map((each) => `/${each}`),
          )}
        />
      </fieldset>
      <footer>
        <span className="quiet grow" role="status">
          {footWords(may, editor.isTouched)}
        </span>
        {beside}
        {editor.isTouched && (
          <Button disabled={editor.busy} onClick={editor.reset}>
            {i18n._("As it was")}
          </Button>
        )}
        <Button look="primary" type="submit" shortcut="Ctrl ↵" disabled={!canSave}>
          {editor.busy ? i18n._("Writing…") : (action ?? i18n._("Save"))}
        </Button>
      </footer>
    </form>
  );
}

function footWords(may: boolean, isTouched: boolean): string {
  if (!may) return i18n._("You may look at this, not change it.");
  return isTouched ? i18n._("Changed, not saved yet.") : "";
}

interface OvertakenProps<T> {
  editor: Editor<T>;
  labels: Partial<Record<keyof T & string, string>>;
}

/** Nothing was written: what somebody else wrote stands beside what was typed, field by field. */
function Overtaken<T extends object>({ editor, labels }: OvertakenProps<T>) {
  if (editor.overtaken.length === 0) return null;
  return (
    <div className="overtaken" role="alert">
      <p>
        <b>{i18n._("Somebody else changed this while you were here. Nothing of yours was written.")}</b>
      </p>
      <table className="beside-table">
        <thead>
          <tr>
            <th scope="col">{i18n._("Field")}</th>
            <th scope="col">{i18n._("Theirs")}</th>
            <th scope="col">{i18n._("Yours")}</th>
            <th scope="col">
              <span className="hidden-text">{i18n._("Choice")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {editor.overtaken.map((name) => (
            <tr key={name}>
              <th scope="row">{labels[name] ?? name}</th>
              <td>{shown(editor.standing[name])}</td>
              <td>{shown(editor.values[name])}</td>
              <td>
                <Button size="small" onClick={() => editor.takeTheirs(name)}>
                  {i18n._("Take theirs")}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Button size="small" onClick={editor.keepMine}>
        {i18n._("Keep what I typed and go on")}
      </Button>
    </div>
  );
}

/** A value in a word or two. */
export function shown(value: unknown): string {
  if (value === true) return i18n._("yes");
  if (value === false) return i18n._("no");
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return typeof value === "object" ? Object.values(value).map(shown).join(" · ") : String(value);
}

interface CheckProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** Yes or no, with what it means under it. */
export function CheckField({ label, hint, checked, onChange }: CheckProps) {
  const id = useId();
  return (
    <div className="check-field">
      <label className="check">
        <input
          type="checkbox"
          checked={checked}
          aria-describedby={hint ? `${id}-told` : undefined}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      {hint && (
        <small id={`${id}-told`} className="hint">
          {hint}
        </small>
      )}
    </div>
  );
}

interface AreaProps extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  label: string;
  complaint?: string | undefined;
  hint?: string;
}

/** A text of several lines. */
export function AreaField({ label, complaint, hint, ...rest }: AreaProps) {
  const id = useId();
  const told = complaint ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="input"
        aria-invalid={complaint ? true : undefined}
        aria-describedby={told ? `${id}-told` : undefined}
        {...rest}
      />
      {told && (
        <small id={`${id}-told`} className={complaint ? "complaint" : "hint"}>
          {told}
        </small>
      )}
    </div>
  );
}
