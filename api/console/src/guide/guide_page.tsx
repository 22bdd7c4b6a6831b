/** The guide through an owner's first day: five steps, each done, skipped or open, one of them in hand. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useState } from "react";
import { guideQuery } from "../app/guide";
import { useMay } from "../app/session";
import { Read } from "../parts/back";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { say } from "../parts/notices";
import { PageHead } from "../parts/page_head";
import { settingsQuery } from "../settings/data";
import { type Guide, type Step, useGuideSaid } from "./data";
import { StepBody } from "./step_body";
import { stepWords } from "./words";
import "../styles/order.css";
import "../styles/guide.css";

const LOOK_AGAIN_MS = 3000;

export function GuidePage() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const may = useMay();
  const guide = useQuery({ ...guideQuery, refetchInterval: LOOK_AGAIN_MS });
  const said = useGuideSaid();
  const { data: shop } = useQuery(settingsQuery);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was saved in a step may have done it
  useEffect(() => {
    void client.invalidateQueries({ queryKey: guideQuery.queryKey });
  }, [shop?.version]);
  const putAway = () =>
    said.mutate(
      { putAway: true },
      {
        onSuccess: () => {
          say(i18n._("The guide is put away. Settings lead back to it."));
          void navigate({ to: "/orders" });
        },
      },
    );
  return (
    <main className="main">
      <PageHead title={i18n._("First steps")} about={guide.data && howFar(guide.data.data)}>
        {may("settings:write") && guide.data && !guide.data.data.put_away && (
          <Button disabled={said.isPending} onClick={putAway}>
            {i18n._("Put the guide away")}
          </Button>
        )}
      </PageHead>
      <div className="page-body">
        <div className="guide">
          <Read query={guide}>{({ data }) => <Steps guide={data} />}</Read>
        </div>
      </div>
    </main>
  );
}

const isOpen = (step: Step): boolean => step.state === "open";

function howFar(guide: Guide): string {
  const done = guide.steps.filter(({ state }) => state === "done").length;
  return i18n._("{done} of {total} done", { done, total: guide.steps.length });
}

function Steps({ guide }: { guide: Guide }) {
  const [chosen, choose] = useState<string | null>();
  const next = guide.steps.find(isOpen)?.code ?? null;
  const [before, setBefore] = useState(next);
  if (before !== next) {
    setBefore(next);
    choose(undefined);
  }
  const inHand = chosen === undefined ? next : chosen;
  return (
    <>
      <header className="guide-head">
        <h2>{next ? i18n._("Five steps, and the shop is open") : i18n._("The shop is open")}</h2>
        <p className="quiet">
          {next
            ? i18n._(
                "Each can be skipped. What you do elsewhere is seen here, and you can go on at any time.",
              )
            : i18n._("Everything is set. Orders stand in the list, figures on the dashboard.")}
        </p>
        <progress max={guide.steps.length} value={guide.steps.filter((step) => !isOpen(step)).length}>
          {howFar(guide)}
        </progress>
      </header>
      <ol className="guide-steps">
        {guide.steps.map((step, index) => (
          <StepSheet
            key={step.code}
            step={step}
            number={index + 1}
            guide={guide}
            isInHand={step.code === inHand}
            onToggle={() => choose(step.code === inHand ? null : step.code)}
          />
        ))}
      </ol>
      {!next && (
        <p className="line wrap">
          <Link className="button primary" to="/orders">
            {i18n._("To the orders")}
          </Link>
          <Link className="button" to="/dashboard" search={{}}>
            {i18n._("To the dashboard")}
          </Link>
        </p>
      )}
    </>
  );
}

interface SheetProps {
  step: Step;
  number: number;
  guide: Guide;
  isInHand: boolean;
  onToggle: () => void;
}

function StepSheet({ step, number, guide, isInHand, onToggle }: SheetProps) {
  const id = useId();
  const { title, about } = stepWords(step.code);
  return (
    <li className={`guide-step ${step.state}${isInHand ? " in-hand" : ""}`}>
      <h3>
        <button type="button" aria-expanded={isInHand} aria-controls={id} onClick={onToggle}>
          <span className="guide-mark" aria-hidden="true">
            {step.state === "done" ? <Icon name="check" /> : number}
          </span>
          <span className="grow">
            {title}
            <small>{about}</small>
          </span>
          <span className="guide-state">{stateWord(step.state)}</span>
          <Icon name={isInHand ? "up" : "down"} />
        </button>
      </h3>
      <div id={id} hidden={!isInHand}>
        {isInHand && <StepBody step={step} guide={guide} />}
      </div>
    </li>
  );
}

function stateWord(state: string): string {
  if (state === "done") return i18n._("done");
  return state === "skipped" ? i18n._("skipped") : "";
}
