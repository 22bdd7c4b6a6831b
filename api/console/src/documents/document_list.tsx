/** The register: every invoice and credit note that was issued, issuing one, taking one back, printing it again. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, taken } from "../api/client";
import type { components } from "../api/schema";
import { useMay } from "../app/session";
import { useKeys } from "../keys/keys";
import { BackPage, Sheet } from "../parts/back";
import { Button } from "../parts/button";
import { ChoiceField, TextField } from "../parts/field";
import { useNow, useSettled } from "../parts/later";
import { usePaged } from "../parts/paged";
import { Pill } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { dateText } from "../text/instants";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";

const IssueWindow = lazy(() => import("./issue_window"));
const VoidWindow = lazy(() => import("./void_window"));
const PAGE = 50;
const SETTLE_MS = 200;

type Document = components["schemas"]["DocumentAnswer"];
type Which = "" | "invoice" | "credit_note" | "voided" | "differs";
export type Issuing = { kind: Document["kind"]; number: string };

export function DocumentListPage() {
  const may = useMay()("documents:write");
  const [which, setWhich] = useState<Which>("");
  const [typed, setTyped] = useState("");
  const [issuing, issue] = useState<Issuing | null>(null);
  const [voided, takeBack] = useState<Document | null>(null);
  const number = useSettled(typed.trim(), SETTLE_MS);
  const { rows, more, error } = useRegister(which, number);
  useKeys({ c: () => (may ? issue({ kind: "invoice", number: "" }) : false) });
  return (
    <BackPage
      title={i18n._("Documents")}
      actions={
        may && (
          <Button
            look="primary"
            icon="plus"
            shortcut="c"
            onClick={() => issue({ kind: "invoice", number: "" })}
          >
            {i18n._("Issue…")}
          </Button>
        )
      }
    >
      <Sheet
        title={i18n._("The register")}
        hint={i18n._("Numbers have no gap, and what was issued stays as it was issued.")}
      >
        <div className="sheet-form">
          <TextField
            label={i18n._("Of the order")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <ChoiceField
            label={i18n._("Which")}
            value={which}
            onChange={(value) => setWhich(value as Which)}
            options={[
              { value: "", label: i18n._("all") },
              { value: "invoice", label: i18n._("invoices") },
              { value: "credit_note", label: i18n._("credit notes") },
              { value: "voided", label: i18n._("taken back") },
              { value: "differs", label: i18n._("invoices that no longer tell their order") },
            ]}
          />
        </div>
        <DataTable
          label={i18n._("The register")}
          columns={useColumns(issue, takeBack)}
          rows={rows}
          keyOf={(row) => row.number}
          empty={
            which || number ? i18n._("No document is like that.") : i18n._("No document was issued yet.")
          }
          error={error}
          more={more}
        />
      </Sheet>
      <Suspense>
        {issuing && <IssueWindow issuing={issuing} onClose={() => issue(null)} />}
        {voided && <VoidWindow number={voided.number} onClose={() => takeBack(null)} />}
      </Suspense>
    </BackPage>
  );
}

function useRegister(which: Which, number: string) {
  return usePaged(["register", which, number], (cursor, signal) => {
    const query = {
      limit: PAGE,
      ...(cursor && { cursor }),
      ...(number && { order_number: number }),
      ...((which === "invoice" || which === "credit_note") && { kind: which }),
      ...(which === "voided" && { voided: true }),
      ...(which === "differs" && { differs: true }),
    };
    return taken(api.GET("/api/v1/documents", { params: { query }, signal }));
  });
}

const kindText = (kind: Document["kind"]): string =>
  kind === "invoice" ? i18n._("Invoice") : i18n._("Credit note");

function useColumns(
  onIssue: (issuing: Issuing) => void,
  onVoid: (document: Document) => void,
): TableColumn<Document>[] {
  const now = useNow();
  const money = (each: Document["total"]) => moneyText(each, localeTag());
  return [
    { key: "number", head: i18n._("Number"), cell: (row) => <b>{row.number}</b> },
    { key: "kind", head: i18n._("What"), cell: (row) => <What row={row} /> },
    { key: "issued", head: i18n._("Issued"), cell: (row) => dateText(row.issued_on, now, localeTag()) },
    {
      key: "due",
      head: i18n._("Due"),
      wide: true,
      cell: ({ due_on }) => due_on && dateText(due_on, now, localeTag()),
    },
    {
      key: "order",
      head: i18n._("Order"),
      cell: (row) => (
        <Link to="/orders/$id" params={{ id: row.order_id }}>
          {row.order_number}
        </Link>
      ),
    },
    { key: "tax", head: i18n._("Tax"), numeric: true, wide: true, cell: ({ tax }) => money(tax) },
    { key: "total", head: i18n._("Total"), numeric: true, cell: ({ total }) => money(total) },
    { key: "acts", head: "", cell: (row) => <Acts row={row} onIssue={onIssue} onVoid={onVoid} /> },
  ];
}

function What({ row }: { row: Document }) {
  return (
    <span>
      {kindText(row.kind)}
      {row.voided_at && (
        <>
          {" "}
          <Pill icon="close" colour="grey">
            {i18n._("taken back")}
          </Pill>
        </>
      )}
      {row.differs && !row.voided_at && (
        <>
          {" "}
          <Pill icon="warning" colour="amber">
            {i18n._("no longer tells its order")}
          </Pill>
        </>
      )}
      {row.void_reason && <small>{row.void_reason}</small>}
      {row.refers_to && <small>{i18n._("of {number}", { number: row.refers_to })}</small>}
    </span>
  );
}

interface ActsProps {
  row: Document;
  onIssue: (issuing: Issuing) => void;
  onVoid: (document: Document) => void;
}

function Acts({ row, onIssue, onVoid }: ActsProps) {
  const may = useMay();
  return (
    <span className="acts">
      {may("personal:read") && (
        <a
          className="button small"
          href={`/api/v1/documents/${encodeURIComponent(row.number)}.pdf`}
          target="_blank"
          rel="noreferrer"
        >
          {i18n._("Print")}
        </a>
      )}
      {row.kind === "invoice" && !row.voided_at && may("documents:write") && (
        <Button size="small" onClick={() => onIssue({ kind: "credit_note", number: row.order_number })}>
          {i18n._("Credit…")}
        </Button>
      )}
      {!row.voided_at && may("documents:void") && (
        <Button size="small" onClick={() => onVoid(row)}>
          {i18n._("Take back…")}
        </Button>
      )}
    </span>
  );
}
