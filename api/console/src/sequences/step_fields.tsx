/** The fields of one step, by its kind. */

import { i18n } from "@lingui/core";
import { ChoiceField, TextField } from "../parts/field";
import { AreaField } from "../parts/form";
import { TextList } from "../parts/text_list";
import { LANGUAGES } from "../text/language";
import type { TypedStep, Unit } from "./definition";
import { UNITS, unitText } from "./words";

interface Props {
  step: TypedStep;
  onChange: (change: Partial<TypedStep>) => void;
  /** What the server says about a field of the step. */
  complaint: (name: string) => string | undefined;
}

export function StepFields(props: Props) {
  switch (props.step.kind) {
    case "wait":
      return <Wait {...props} />;
    case "mail":
      return <Mail {...props} />;
    case "tag":
      return <Tags {...props} />;
    case "webhook":
      return <Webhook {...props} />;
  }
}

function Wait({ step, onChange, complaint }: Props) {
  return (
    <div className="form-row">
      <TextField
        label={i18n._("How long")}
        inputMode="numeric"
        value={step.count}
        complaint={complaint(step.unit)}
        onChange={(event) => onChange({ count: event.target.value })}
      />
      <ChoiceField
        label={i18n._("Unit")}
        value={step.unit}
        options={UNITS.map((value) => ({ value, label: unitText(value) }))}
        onChange={(unit) => onChange({ unit: unit as Unit })}
      />
    </div>
  );
}

function Mail({ step, onChange, complaint }: Props) {
  return Object.entries(LANGUAGES).map(([locale, language]) => {
    const words = step.mail[locale] ?? { subject: "", html: "" };
    const set = (change: Partial<typeof words>) =>
      onChange({ mail: { ...step.mail, [locale]: { ...words, ...change } } });
    return (
      <div key={locale} className="form">
        <TextField
          label={i18n._("Subject, {language}", { language })}
          value={words.subject}
          complaint={complaint(`mail/${locale}/subject`)}
          onChange={(event) => set({ subject: event.target.value })}
        />
        <AreaField
          label={i18n._("Text, {language}", { language })}
          rows={6}
          spellCheck={false}
          value={words.html}
          complaint={complaint(`mail/${locale}/html`)}
          hint={i18n._("HTML. The link by which the customer leaves: {link}", {
            link: "{{ facts.unsubscribe }}",
          })}
          onChange={(event) => set({ html: event.target.value })}
        />
      </div>
    );
  });
}

function Tags({ step, onChange, complaint }: Props) {
  return (
    <div className="form-row">
      <ChoiceField
        label={i18n._("Who gets them")}
        value={step.owner}
        options={[
          { value: "customer", label: i18n._("the customer") },
          { value: "order", label: i18n._("the order") },
        ]}
        onChange={(owner) => onChange({ owner: owner as TypedStep["owner"] })}
      />
      <TextList
        label={i18n._("Tags")}
        values={step.tags}
        complaint={complaint("tags")}
        onChange={(tags) => onChange({ tags })}
      />
    </div>
  );
}

function Webhook({ step, onChange, complaint }: Props) {
  return (
    <div className="form-row">
      <TextField
        label={i18n._("Address")}
        type="url"
        placeholder="https://"
        value={step.url}
        complaint={complaint("url")}
        onChange={(event) => onChange({ url: event.target.value })}
      />
      <TextField
        label={i18n._("Secret that signs the call")}
        type="password"
        autoComplete="new-password"
        value={step.secret}
        hint={i18n._("Told once; left empty, the address keeps the one it has.")}
        complaint={complaint("secret")}
        onChange={(event) => onChange({ secret: event.target.value })}
      />
    </div>
  );
}
