/** What could not be done to the outside world by itself: each with what it means, and what may be decided. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../app/session";
import { Read, Sheet, Warned } from "../parts/back";
import { Button } from "../parts/button";
import { Pill } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { type Effect, type Step, stepped, stepsOf, stuckQuery } from "./data";
import { effectLabel, effectMeaning, effectState, stepLabel, stepMeaning } from "./words";

const Confirm = lazy(() => import("../parts/confirm").then((part) => ({ default: part.Confirm })));

export function EffectsSheet() {
  const stuck = useQuery(stuckQuery);
  return (
    <Sheet
      title={i18n._("What waits for you")}
      hint={i18n._("Mails, refunds, payments and calls that could not be done by themselves.")}
    >
      <Read query={stuck}>
        {({ items, count }) =>
          items.length === 0 ? (
            <Warned look="good">{i18n._("Nothing: all that was to be done was done.")}</Warned>
          ) : (
            <>
              <Effects effects={items} />
              {count > items.length && (
                <p className="sheet-foot quiet">
                  {i18n._("{shown} of {count} are shown.", { shown: items.length, count })}
                </p>
              )}
            </>
          )
        }
      </Read>
    </Sheet>
  );
}

function Effects({ effects }: { effects: readonly Effect[] }) {
  const may = useMay()("effects:write");
  const [asked, ask] = useState<{ effect: Effect; step: Step } | null>(null);
  const columns: TableColumn<Effect>[] = [
    { key: "what", head: i18n._("What"), cell: (effect) => <What effect={effect} /> },
    { key: "state", head: i18n._("State"), cell: (effect) => <State state={effect.state} /> },
    { key: "meaning", head: i18n._("What it means"), cell: (effect) => <Meaning effect={effect} /> },
    { key: "since", head: i18n._("Since"), cell: ({ changed_at }) => <When at={changed_at} /> },
    {
      key: "acts",
      head: "",
      cell: (effect) => may && <Steps effect={effect} onStep={(step) => ask({ effect, step })} />,
    },
  ];
  return (
    <>
      <DataTable
        label={i18n._("What waits for you")}
        columns={columns}
        rows={effects}
        keyOf={(effect) => effect.key}
        empty={null}
      />
      <Suspense>{asked && <Asking {...asked} onClose={() => ask(null)} />}</Suspense>
    </>
  );
}

interface AskingProps {
  effect: Effect;
  step: Step;
  onClose: () => void;
}

/** Says what a step does before it is taken. */
function Asking({ effect, step, onClose }: AskingProps) {
  const client = useQueryClient();
  return (
    <Confirm
      title={i18n._("{effect}: {step}?", { effect: effectLabel(effect.kind), step: stepLabel(step) })}
      action={stepLabel(step)}
      act={() => stepped(effect.key, step)}
      onDone={() => {
        void client.invalidateQueries({ queryKey: ["work"] });
        onClose();
      }}
      onClose={onClose}
    >
      <p>{stepMeaning(step, effect)}</p>
    </Confirm>
  );
}

function What({ effect }: { effect: Effect }) {
  return (
    <>
      <b>{effectLabel(effect.kind)}</b>
      {effect.order_id && (
        <Link to="/orders/$id" params={{ id: effect.order_id }} className="beside">
          {i18n._("its order")}
        </Link>
      )}
    </>
  );
}

function State({ state }: { state: Effect["state"] }) {
  const [label, icon, colour] = effectState(state);
  return (
    <Pill icon={icon} colour={colour}>
      {label}
    </Pill>
  );
}

function Meaning({ effect }: { effect: Effect }) {
  const { attempts, error } = effect;
  return (
    <span>
      {effectMeaning(effect)}
      <small>
        {i18n._("{attempts, plural, one {tried once} other {tried # times}}", { attempts })}
        {error && ` · ${error}`}
      </small>
    </span>
  );
}

function Steps({ effect, onStep }: { effect: Effect; onStep: (step: Step) => void }) {
  return (
    <span className="acts">
      {stepsOf(effect.state).map((step) => (
        <Button key={step} size="small" onClick={() => onStep(step)}>
          {stepLabel(step)}…
        </Button>
      ))}
    </span>
  );
}
