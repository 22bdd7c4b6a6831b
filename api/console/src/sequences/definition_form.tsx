/** A sequence written: what begins it, for which orders, its steps in turn, and what ends it early. */

import { i18n } from "@lingui/core";
import { useRef, useState } from "react";
import { useShop } from "../orders/data";
import { Button } from "../parts/button";
import type { Editor } from "../parts/editor";
import { ChoiceField, TextField } from "../parts/field";
import { CheckField } from "../parts/form";
import { statusLabel } from "../text/labels";
import {
  blankStep,
  EXITS,
  moved,
  type StepKind,
  type Trigger,
  type Typed,
  type TypedStep,
} from "./definition";
import { Line } from "./line";
import { StepFields } from "./step_fields";
import { exitText, KINDS, kindIcon, kindText, TRIGGERS, triggerText } from "./words";

interface Props {
  editor: Editor<Typed>;
}

export function DefinitionFields({ editor }: Props) {
  return (
    <>
      <Beginning editor={editor} />
      <Steps editor={editor} />
      <h3>{i18n._("It ends early when")}</h3>
      {EXITS.map((exit) => (
        <CheckField
          key={exit}
          label={exitText(exit)}
          checked={editor.values.exits.includes(exit)}
          onChange={(checked) =>
            editor.set({
              exits: EXITS.filter((each) => (each === exit ? checked : editor.values.exits.includes(each))),
            })
          }
        />
      ))}
    </>
  );
}

function Beginning({ editor }: Props) {
  const { values, set, complaint } = editor;
  const { currency } = values;
  const statuses = useShop()?.statuses ?? [];
  const text = (
    name: "tag" | "source" | "sku" | "total_min" | "total_max",
    label: string,
    pointer: string,
  ) => (
    <TextField
      label={label}
      value={values[name]}
      complaint={complaint(pointer)}
      onChange={(event) => set({ [name]: event.target.value })}
    />
  );
  return (
    <>
      <div className="form-row">
        <TextField
          label={i18n._("Name")}
          value={values.name}
          complaint={complaint("name")}
          onChange={(event) => set({ name: event.target.value })}
        />
        <ChoiceField
          label={i18n._("Begins when")}
          value={values.on}
          options={TRIGGERS.map((value) => ({ value, label: triggerText(value) }))}
          onChange={(on) => set({ on: on as Trigger, status: values.status || (statuses[0]?.code ?? "") })}
        />
        {values.on === "status" && (
          <ChoiceField
            label={i18n._("Status")}
            value={values.status}
            complaint={complaint("trigger/status")}
            options={statuses.map((each) => ({ value: each.code, label: statusLabel(each) }))}
            onChange={(status) => set({ status })}
          />
        )}
      </div>
      <h3>{i18n._("For which orders; what is empty lets all pass")}</h3>
      <div className="form-row">
        {text("sku", i18n._("with a SKU like"), "filter/sku")}
        {text("tag", i18n._("with the tag"), "filter/tag")}
        {text("source", i18n._("from the source"), "filter/source")}
        {text("total_min", i18n._("from a total of, in {currency}", { currency }), "filter/total_min/amount")}
        {text(
          "total_max",
          i18n._("up to a total of, in {currency}", { currency }),
          "filter/total_max/amount",
        )}
      </div>
      <CheckField
        label={i18n._("the customer's first order only")}
        checked={values.first_order}
        onChange={(first_order) => set({ first_order })}
      />
    </>
  );
}

function Steps({ editor }: Props) {
  const { steps, on } = editor.values;
  const [at, go] = useState(0);
  const place = Math.min(at, steps.length - 1);
  const step = steps[place];
  const sheet = useRef<HTMLFieldSetElement>(null);
  const put = (next: TypedStep[], to: number) => {
    sheet.current?.focus(); // the button that was pressed may be of no use now, and keys go where the focus is
    editor.set({ steps: next });
    go(to);
  };
  return (
    <>
      <Line beginning={triggerText(on)} steps={steps} at={place} onStep={go} />
      {step && (
        <fieldset className="step-sheet" ref={sheet} tabIndex={-1}>
          <legend>{i18n._("Step {number}: {kind}", { number: place + 1, kind: kindText(step.kind) })}</legend>
          <StepFields
            step={step}
            onChange={(change) =>
              editor.set({ steps: steps.map((each, n) => (n === place ? { ...each, ...change } : each)) })
            }
            complaint={(name) => editor.complaint(`steps/${place}/${name}`)}
          />
          <p className="line wrap">
            <Button
              icon="left"
              size="small"
              disabled={place === 0}
              onClick={() => put(moved(steps, place, place - 1), place - 1)}
            >
              {i18n._("Earlier")}
            </Button>
            <Button
              icon="right"
              size="small"
              disabled={place === steps.length - 1}
              onClick={() => put(moved(steps, place, place + 1), place + 1)}
            >
              {i18n._("Later")}
            </Button>
            <Button
              icon="close"
              size="small"
              onClick={() =>
                put(
                  steps.filter((_, n) => n !== place),
                  Math.max(0, place - 1),
                )
              }
            >
              {i18n._("Take this step out")}
            </Button>
          </p>
        </fieldset>
      )}
      <p className="line wrap">
        <span className="quiet">{i18n._("Add:")}</span>
        {KINDS.map((kind: StepKind) => (
          <Button
            key={kind}
            icon={kindIcon(kind)}
            size="small"
            onClick={() => put([...steps, blankStep(kind)], steps.length)}
          >
            {kindText(kind)}
          </Button>
        ))}
      </p>
    </>
  );
}
