/** One thing done to many orders: what it is, what it would do to all of them, and the go-ahead. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import type { OrderRow } from "../../api/client";
import { complaintsElsewhere, Refused } from "../../api/problems";
import { Button } from "../../parts/button";
import { Complaints } from "../../parts/field";
import { Window } from "../../parts/window";
import type { Target } from "../list/selection";
import { type BulkFacts, useBulkPreview, useBulkRequest } from "./asking";
import { FORMS } from "./forms";
import { type BulkKind, REVERSIBLE } from "./kinds";
import { PreviewSum } from "./preview_sum";
import { jobTitle, windowTitle } from "./words";
import "../../styles/bulk.css";

interface Props {
  kind: BulkKind;
  target: Target;
  /** What is loaded of the list: names the orders that are refused. */
  rows: readonly OrderRow[];
  onClose: (done: boolean) => void;
}

export default function BulkWindow({ kind, target: first, rows, onClose }: Props) {
  // What was selected when it opened: nothing that arrives meanwhile comes under it.
  const [target] = useState(first);
  const [facts, setFacts] = useState<BulkFacts | null>(FORMS[kind].first);
  const previewed = REVERSIBLE.has(kind);
  const preview = useBulkPreview(kind, target, previewed ? facts : null);
  const request = useBulkRequest(
    kind,
    target,
    (job) => jobTitle(kind, job),
    () => onClose(true),
  );
  const looked = !previewed || (preview.data !== undefined && !preview.isPlaceholderData);
  const nothing = previewed && preview.data?.done === 0;
  const ready = facts !== null && looked && !nothing && !preview.error;
  const accept = () => ready && facts && request.send(facts, preview.data?.position);
  const { Form } = FORMS[kind];
  const size = preview.data?.orders ?? ("ids" in target ? target.ids.length : undefined);
  return (
    <Window
      title={windowTitle(kind, size)}
      onClose={() => onClose(false)}
      onAccept={accept}
      narrow={!previewed}
    >
      <div className={previewed ? "halves" : "padded form"}>
        <div className={previewed ? undefined : "form"}>
          <Form facts={facts} onChange={setFacts} preview={preview.data} />
          <Failed error={request.error} />
        </div>
        {previewed && (
          <div className="aside" aria-live="polite" aria-busy={preview.isFetching}>
            <Failed error={preview.error} />
            {preview.data && !preview.error && <PreviewSum preview={preview.data} rows={rows} />}
            {!preview.data && !preview.error && (
              <p className="quiet">
                {facts ? i18n._("Looking at each of the orders…") : i18n._("What it would do is shown here.")}
              </p>
            )}
          </div>
        )}
      </div>
      <footer>
        <span className="quiet grow">
          {previewed &&
            i18n._("An order that somebody works on from now on is left as it is, and named afterwards.")}
        </span>
        <Button onClick={() => onClose(false)}>{i18n._("Cancel")}</Button>
        <Button look="primary" shortcut="Ctrl ↵" disabled={!ready || request.busy} onClick={accept}>
          {request.busy ? i18n._("Asking…") : acceptLabel(kind, preview.data?.done)}
        </Button>
      </footer>
    </Window>
  );
}

function acceptLabel(kind: BulkKind, done: number | undefined): string {
  if (kind === "print") return i18n._("Print");
  if (kind === "export") return i18n._("Export");
  if (kind === "resend" || kind === "payment-link") return i18n._("Send");
  if (done === undefined) return i18n._("Change");
  return i18n._("{done, plural, one {Change # order} other {Change # orders}}", { done });
}

function Failed({ error }: { error: unknown }) {
  if (!error) return null;
  const sentences =
    error instanceof Refused ? complaintsElsewhere(error, []) : [i18n._("The server does not answer.")];
  return <Complaints sentences={sentences} />;
}
