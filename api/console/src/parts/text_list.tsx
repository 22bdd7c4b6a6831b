/** Several short texts: each can be taken off, Enter puts one more. */

import { i18n } from "@lingui/core";
import { type InputHTMLAttributes, useState } from "react";
import { TextField } from "./field";
import { TagChips, withTag } from "./tag_chips";

interface Props {
  label: string;
  values: readonly string[];
  onChange: (values: string[]) => void;
  complaint?: string | undefined;
  hint?: string;
  inputMode?: InputHTMLAttributes<HTMLInputElement>["inputMode"];
  /** The id of a list of suggestions. */
  list?: string;
}

export function TextList({ label, values, onChange, complaint, hint, inputMode, list }: Props) {
  const [typed, setTyped] = useState("");
  const put = () => {
    if (typed.trim()) onChange(withTag(values, typed));
    setTyped("");
  };
  return (
    <div className="form">
      <TextField
        label={label}
        inputMode={inputMode}
        list={list}
        value={typed}
        complaint={complaint}
        hint={hint ?? i18n._("Enter puts one more.")}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={put}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !typed.trim()) return;
          if (!event.ctrlKey && !event.metaKey) event.preventDefault();
          put();
        }}
      />
      {values.length > 0 && (
        <p className="line wrap">
          <TagChips tags={values} onTags={onChange} />
        </p>
      )}
    </div>
  );
}
