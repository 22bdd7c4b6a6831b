/** A labelled field with its complaint under it. */

import { type InputHTMLAttributes, type ReactNode, useId } from "react";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  complaint?: string | undefined;
  hint?: string;
}

export function TextField({ label, complaint, hint, ...rest }: Props) {
  const id = useId();
  const told = complaint ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        aria-invalid={complaint ? true : undefined}
        aria-describedby={told ? `${id}-told` : undefined}
        autoComplete="off"
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

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
  complaint?: string | undefined;
}

/** A choice among few: the browser's own list, which every keyboard and screen reader knows. */
export function ChoiceField({ label, value, onChange, options, complaint }: ChoiceProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={value}
        aria-invalid={complaint ? true : undefined}
        aria-describedby={complaint ? `${id}-told` : undefined}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
      {complaint && (
        <small id={`${id}-told`} className="complaint">
          {complaint}
        </small>
      )}
    </div>
  );
}

/** What the server refused and no field of the form stands for. */
export function Complaints({ sentences }: { sentences: readonly string[] }): ReactNode {
  if (sentences.length === 0) return null;
  return (
    <div className="complaints" role="alert">
      {sentences.map((each) => (
        <p key={each}>{each}</p>
      ))}
    </div>
  );
}
