/** One import: followed while it is at work, stopped, gone on with, corrected and taken back. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useMay } from "../app/session";
import { useKeys } from "../keys/keys";
import { BackPage, Read, Sheet, useAct } from "../parts/back";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { DataTable } from "../parts/table";
import { type Import, importQuery, type Kind, type Step, stepped } from "./data";
import { ExplanationSheet } from "./explanation_sheet";
import { Findings } from "./findings";
import { Outcome, Progress } from "./outcome";
import { RefusedRows } from "./refused_rows";
import { kindLabel, originOf, STORED } from "./words";
import "../styles/imports.css";

const Confirm = lazy(() => import("../parts/confirm").then((part) => ({ default: part.Confirm })));

export function ImportPage() {
  const { id } = useParams({ from: "/imports/$id" });
  const query = useQuery(importQuery(id));
  const one = query.data;
  const navigate = useNavigate();
  useKeys({ escape: () => navigate({ to: "/imports" }) });
  const title = one ? [kindLabel(one.kind), originOf(one)].filter(Boolean).join(" · ") : i18n._("Import");
  return (
    <BackPage title={title} back={<BackLink />} actions={one && <Steps one={one} />}>
      <Read query={query}>{(known) => <Told one={known} />}</Read>
    </BackPage>
  );
}

const BackLink = () => (
  <Link to="/imports" className="back">
    <Icon name="left" />
    {i18n._("All imports")}
  </Link>
);

function Told({ one }: { one: Import }) {
  const isAtWork = one.state === "running" || one.state === "undoing";
  return (
    <>
      {isAtWork && one.progress.rows > 0 && one.totals.rows !== undefined && (
        <Sheet title={i18n._("At work")}>
          <Progress one={one} />
        </Sheet>
      )}
      <Findings one={one} />
      <Outcome one={one} />
      <TakenBack one={one} />
      <RefusedRows key={one.state} one={one} />
      <ExplanationSheet key={`read ${one.progress.read}`} id={one.id} />
    </>
  );
}

/** What may be done with it now; what is not taken back by one key asks first. */
function Steps({ one }: { one: Import }) {
  const may = useMay()("imports:write");
  const [asking, ask] = useState<"cancel" | "undo" | null>(null);
  const step = useAct({
    act: (what: Step) => stepped(one.id, what),
    renews: ["import", "imports"],
  });
  if (!may) return null;
  const isStoring = !one.dry_run && STORED.includes(one.kind);
  const mayUndo = isStoring && ["completed", "cancelled", "failed", "undone"].includes(one.state);
  return (
    <>
      {one.state === "running" && (
        <Button icon="pause" disabled={step.isPending} onClick={() => step.mutate("pause")}>
          {i18n._("Pause")}
        </Button>
      )}
      {(one.state === "paused" || one.state === "failed") && (
        <Button look="primary" disabled={step.isPending} onClick={() => step.mutate("resume")}>
          {i18n._("Go on")}
        </Button>
      )}
      {["running", "paused", "failed", "needs-answer"].includes(one.state) && (
        <Button onClick={() => ask("cancel")}>{i18n._("Stop for good…")}</Button>
      )}
      {mayUndo && one.state !== "undone" && (
        <Button icon="back" onClick={() => ask("undo")}>
          {i18n._("Take it back…")}
        </Button>
      )}
      <Suspense>{asking && <Asking one={one} step={asking} onClose={() => ask(null)} />}</Suspense>
    </>
  );
}

interface AskingProps {
  one: Import;
  step: "cancel" | "undo";
  onClose: () => void;
}

function Asking({ one, step, onClose }: AskingProps) {
  const client = useQueryClient();
  const isStop = step === "cancel";
  const undone = undoneText(one.kind);
  return (
    <Confirm
      title={isStop ? i18n._("Stop this import?") : i18n._("Take this import back?")}
      action={isStop ? i18n._("Stop it") : i18n._("Take it back")}
      act={() => stepped(one.id, step)}
      onDone={() => {
        for (const name of ["import", "imports"]) void client.invalidateQueries({ queryKey: [name] });
        onClose();
      }}
      onClose={onClose}
    >
      <p>{isStop ? i18n._("What came in stays, and can be taken back. It does not go on.") : undone}</p>
    </Confirm>
  );
}

/** What taking an import of that kind back does. */
function undoneText(kind: Kind): string {
  if (kind === "orders")
    return i18n._(
      "Its orders go, what they moved of stock, and the cards of customers that it made. What somebody worked on since stays and is listed. The history keeps that it was so.",
    );
  if (kind === "products")
    return i18n._("Products that it brought are retired; those that it changed are as before.");
  if (kind === "stock") return i18n._("Figures of stock are less what it made of them.");
  return i18n._(
    "What it brought goes; what it changed is as before. What was worked on since stays and is listed.",
  );
}

/** What an undo took back, and what it left and why. */
function TakenBack({ one }: { one: Import }) {
  if (one.state !== "undone") return null;
  return (
    <Sheet
      title={i18n._("Taken back")}
      hint={
        one.kept.length
          ? i18n._("These stay, for somebody worked on them since.")
          : i18n._("All of it; nothing was left.")
      }
    >
      {one.kept.length > 0 && (
        <DataTable
          label={i18n._("What stays")}
          columns={[
            {
              key: "what",
              head: i18n._("What"),
              cell: (each) => (one.kind === "orders" ? <OrderLink kept={each} /> : each.number),
            },
            { key: "why", head: i18n._("Why"), cell: (each) => each.detail },
          ]}
          rows={one.kept}
          keyOf={(each) => each.order_id}
          empty={null}
        />
      )}
    </Sheet>
  );
}

const OrderLink = ({ kept: { order_id, number } }: { kept: Import["kept"][number] }) => (
  <Link to="/orders/$id" params={{ id: order_id }}>
    {number}
  </Link>
);
