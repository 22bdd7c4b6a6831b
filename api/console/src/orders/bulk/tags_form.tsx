/** Tags that many orders get, and tags that go. */

import { i18n } from "@lingui/core";
import { useId, useState } from "react";
import { TextField } from "../../parts/field";
import { TagChips, withTag } from "../../parts/tag_chips";
import { usePicked } from "../list/picked";
import type { BulkFacts } from "./asking";
import { type FormProps, Reason, reasonOf } from "./reason";

interface Typed {
  add: readonly string[];
  remove: readonly string[];
  /** What is typed and not put to the others yet. */
  adding: string;
  removing: string;
  reason: string;
}

export function TagsForm({ onChange }: FormProps) {
  const [typed, setTyped] = useState<Typed>({ add: [], remove: [], adding: "", removing: "", reason: "" });
  const known = usePicked({ name: "tag", kind: "picked" });
  const list = useId();
  const change = (part: Partial<Typed>) => {
    const next = { ...typed, ...part };
    setTyped(next);
    onChange(factsOf(next));
  };
  return (
    <>
      <datalist id={list}>
        {known.map(({ value }) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <TagField
        label={i18n._("Tags to add")}
        list={list}
        tags={typed.add}
        text={typed.adding}
        onChange={(add, adding) => change({ add, adding })}
      />
      <TagField
        label={i18n._("Tags to take off")}
        list={list}
        tags={typed.remove}
        text={typed.removing}
        onChange={(remove, removing) => change({ remove, removing })}
      />
      <Reason value={typed.reason} onChange={(reason) => change({ reason })} />
    </>
  );
}

function factsOf({ add, remove, adding, removing, reason }: Typed): BulkFacts | null {
  const [added, removed] = [withTag(add, adding), withTag(remove, removing)];
  if (added.length + removed.length === 0) return null;
  return {
    ...(added.length ? { add: added } : {}),
    ...(removed.length ? { remove: removed } : {}),
    ...reasonOf(reason),
  };
}

interface FieldProps {
  label: string;
  list: string;
  tags: readonly string[];
  text: string;
  onChange: (tags: readonly string[], text: string) => void;
}

function TagField({ label, list, tags, text, onChange }: FieldProps) {
  return (
    <div className="form">
      <TextField
        label={label}
        list={list}
        value={text}
        hint={i18n._("Enter puts one more.")}
        onChange={(event) => onChange(tags, event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !text.trim()) return;
          event.preventDefault();
          onChange(withTag(tags, text), "");
        }}
      />
      {tags.length > 0 && (
        <p className="line wrap">
          <TagChips tags={tags} onTags={(left) => onChange(left, text)} />
        </p>
      )}
    </div>
  );
}
