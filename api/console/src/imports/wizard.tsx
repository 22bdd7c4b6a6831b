/**
 * Bringing files in: what they are, how they are read, a trial that stores nothing, and then in earnest. The files are
 * sent once, whatever is tried with them; what was chosen is kept on the device until they are in.
 */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useKeys } from "../keys/keys";
import { BackPage, Sheet, useAct, Warned } from "../parts/back";
import { Bones } from "../parts/bones";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { sentenceOf } from "../parts/refused";
import { keep, kept } from "../text/device";
import {
  type Import,
  importQuery,
  type Kind,
  mappingsQuery,
  type Options,
  type Proposal,
  proposed,
  started,
} from "./data";
import { ExplanationSheet } from "./explanation_sheet";
import { FilesSheet } from "./files_sheet";
import { Findings } from "./findings";
import { MappingSheet } from "./mapping_sheet";
import { OptionsSheet } from "./options_sheet";
import { Outcome } from "./outcome";
import { RefusedRows } from "./refused_rows";
import { takeAway, type Upload, uploadsQuery } from "./uploads";
import { KINDS, kindHint, kindLabel, profileLabel } from "./words";
import "../styles/dialog.css";
import "../styles/imports.css";

const CHOSEN = "import.options";

function chosenBefore(): Options {
  try {
    return { kind: "orders", ...(JSON.parse(kept(CHOSEN) ?? "{}") as Partial<Options>) };
  } catch {
    return { kind: "orders" };
  }
}

export function ImportWizard() {
  const [options, setOptions] = useState(chosenBefore);
  const { data: uploads = [] } = useQuery(uploadsQuery);
  const reading = useReading(uploads, options.kind);
  const whole = { ...options, ...(reading.mapping && { mapping_text: reading.mapping }) };
  const asked = JSON.stringify([uploads.map((each) => each.id), whole]);
  const [tried, setTried] = useState<{ id: string; asked: string } | null>(null);
  const trial = tried?.asked === asked ? tried.id : null;
  const { data: outcome } = useQuery({ ...importQuery(trial ?? ""), enabled: trial !== null });
  const change = (next: Options) => {
    setOptions(next);
    keep(CHOSEN, JSON.stringify(next));
  };
  const begin = useBegin(uploads, whole, (id) => setTried({ id, asked }));
  const isReady = uploads.length > 0 && uploads.every((each) => each.complete) && !reading.isAwaited;
  const isTried = outcome?.state === "completed";
  // A trial that stands still is tried anew; one that is under way is waited for.
  const isUnderWay = trial !== null && !isTried && outcome?.state !== "failed";
  const canGoOn = isReady && !begin.isPending && !isUnderWay;
  const next = () => {
    if (canGoOn) begin.mutate(!isTried);
  };
  useKeys({ "ctrl+enter": next });
  return (
    <BackPage
      title={i18n._("Bring files in")}
      back={
        <Link to="/imports" className="back">
          <Icon name="left" />
          {i18n._("All imports")}
        </Link>
      }
      actions={<Next outcome={outcome} isTried={isTried} disabled={!canGoOn} onNext={next} />}
    >
      <KindSheet kind={options.kind} onKind={(kind) => change({ ...options, kind })} />
      <FilesSheet />
      {reading.proposal && !reading.proposal.profile && (
        <MappingSheet proposal={reading.proposal} text={reading.mapping} onText={reading.setMapping} />
      )}
      {reading.proposal?.profile && <Known proposal={reading.proposal} />}
      {reading.complaint && (
        <Warned look="bad" role="alert">
          {reading.complaint}
        </Warned>
      )}
      {uploads.length > 0 && <OptionsSheet options={options} onOptions={change} />}
      {trial !== null && !outcome && <Bones rows={3} />}
      {outcome && <Outcome one={outcome} />}
      {outcome && <Findings one={outcome} />}
      {outcome && <RefusedRows key={outcome.state} one={outcome} />}
      {outcome && <ExplanationSheet key={`read ${outcome.progress.read}`} id={outcome.id} />}
    </BackPage>
  );
}

interface NextProps {
  outcome: Import | undefined;
  isTried: boolean;
  disabled: boolean;
  onNext: () => void;
}

function Next({ outcome, isTried, disabled, onNext }: NextProps) {
  const isAtWork = outcome?.state === "running";
  const label = () => {
    if (isAtWork) return i18n._("Being tried…");
    return isTried ? i18n._("Bring it in") : i18n._("Try it; nothing is stored");
  };
  return (
    <Button look="primary" shortcut="Ctrl ↵" disabled={disabled} onClick={onNext}>
      {label()}
    </Button>
  );
}

/** What a file is taken for: by a platform's profile, else by a mapping that is guessed, or kept for such a file. */
function useReading(uploads: readonly Upload[], kind: Kind) {
  const first = uploads.find((each) => each.complete)?.id;
  const wanted = kind === "orders" && first !== undefined;
  const { data, error, isFetching } = useQuery({
    queryKey: ["proposal", first],
    queryFn: () => proposed(first ?? ""),
    enabled: wanted,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data: mappings } = useQuery(mappingsQuery);
  const [text, setText] = useState<{ of: string; text: string } | null>(null);
  const proposal = wanted ? data : undefined;
  const standard =
    mappings?.find((each) => each.name === proposal?.kept[0])?.mapping ?? proposal?.mapping ?? "";
  const own = text && text.of === first ? text.text : standard;
  const mapping = proposal && !proposal.profile ? own : "";
  const place = useRef(first);
  useEffect(() => {
    place.current = first;
  }, [first]);
  return {
    proposal,
    mapping,
    setMapping: (next: string) => setText({ of: place.current ?? "", text: next }),
    isAwaited: wanted && isFetching,
    complaint: wanted && error ? sentenceOf(error) : "",
  };
}

/** Begins a trial or the import itself; the files go once they are in. */
function useBegin(uploads: readonly Upload[], options: Options, onTrial: (id: string) => void) {
  const navigate = useNavigate();
  const sent = useRef({ text: "", key: "" });
  return useAct({
    act: (isTrial: boolean) => {
      const ids = uploads.map((each) => each.id);
      const asked: Options = { ...options, dry_run: isTrial ? "true" : "" };
      const text = JSON.stringify([ids, asked]);
      // The same asked again is the same request: whatever was lost on the way, it is begun once.
      if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
      return started(ids, asked, sent.current.key);
    },
    renews: ["imports"],
    after: (one) => {
      if (one.dry_run) {
        sent.current = { text: "", key: "" };
        onTrial(one.id);
        return;
      }
      keep(CHOSEN, null);
      for (const each of uploads) void takeAway(each.id).catch(() => undefined);
      void navigate({ to: "/imports/$id", params: { id: one.id } });
    },
  });
}

function KindSheet({ kind, onKind }: { kind: Kind; onKind: (kind: Kind) => void }) {
  return (
    <Sheet title={i18n._("What they tell of")}>
      <fieldset className="kinds">
        <legend className="hidden-text">{i18n._("What they tell of")}</legend>
        {KINDS.map((each) => (
          <label key={each} className={each === kind ? "radio on" : "radio"}>
            <input type="radio" name="kind" checked={each === kind} onChange={() => onKind(each)} />
            <span>
              <b>{kindLabel(each)}</b>
              <small>{kindHint(each)}</small>
            </span>
          </label>
        ))}
      </fieldset>
    </Sheet>
  );
}

function Known({ proposal }: { proposal: Proposal }) {
  const platform = profileLabel(proposal.profile);
  return (
    <Warned look="good">
      {i18n._("This is an export of {platform}: its columns are known.", { platform })}
    </Warned>
  );
}
