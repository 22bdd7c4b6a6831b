/** Money and those who carry it: what waits to be paid, and what provider and books tell differently. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, type OrderRow, taken } from "../api/client";
import type { components } from "../api/schema";
import { useMay } from "../app/session";
import { buyerName } from "../orders/list/columns";
import { BackPage, Facts, Read, Sheet, useAct, Warned } from "../parts/back";
import { Button } from "../parts/button";
import { usePaged } from "../parts/paged";
import { Payment } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";

const LinkWindow = lazy(() => import("./pay_link"));

type Reconciliation = components["schemas"]["ReconciliationAnswer"];
type Difference = Reconciliation["differences"][number];

const PAGE = 25;
const LOOK_MS = 2000;
const LOOKS = 15;

export function PaymentsPage() {
  return (
    <BackPage title={i18n._("Payments")}>
      <UnpaidSheet />
      <ReconciliationSheet />
    </BackPage>
  );
}

/** Orders that wait for money, the oldest first, each with the way to send a link to pay. */
function UnpaidSheet() {
  const may = useMay()("orders:write");
  const [linking, link] = useState<string | null>(null);
  const { rows, more, error } = usePaged(["orders", "unpaid"], (cursor, signal) => {
    const query = {
      payment_status: ["unpaid", "partially_paid"],
      stage: ["pending", "processing", "on_hold", "shipped", "completed"],
      sort: "created_at",
      limit: PAGE,
      ...(cursor && { cursor }),
    };
    return taken(api.GET("/api/v1/orders", { params: { query: query as never }, signal }));
  });
  const columns: TableColumn<OrderRow>[] = [
    {
      key: "number",
      head: i18n._("Order"),
      cell: (row) => (
        <Link to="/orders/$id" params={{ id: row.id }}>
          {row.number}
        </Link>
      ),
    },
    { key: "client", head: i18n._("Customer"), cell: buyerName },
    { key: "payment", head: i18n._("Payment"), cell: (row) => <Payment code={row.payment_status} /> },
    { key: "total", head: i18n._("Total"), numeric: true, cell: (row) => moneyText(row.total, localeTag()) },
    { key: "since", head: i18n._("Since"), cell: (row) => <When at={row.created_at} /> },
    {
      key: "acts",
      head: "",
      cell: (row) =>
        may && (
          <Button size="small" onClick={() => link(row.id)}>
            {i18n._("Link to pay…")}
          </Button>
        ),
    },
  ];
  return (
    <Sheet title={i18n._("Waiting for money")} hint={i18n._("The oldest first.")}>
      <DataTable
        label={i18n._("Waiting for money")}
        columns={columns}
        rows={rows}
        keyOf={(row) => row.id}
        empty={i18n._("Nobody owes anything.")}
        error={error}
        more={more}
      />
      <Suspense>{linking && <LinkWindow id={linking} onClose={() => link(null)} />}</Suspense>
    </Sheet>
  );
}

function ReconciliationSheet() {
  const may = useMay()("effects:write");
  const [looks, setLooks] = useState(0);
  const query = useQuery({
    queryKey: ["reconciliation"],
    queryFn: async ({ signal }) => {
      const found = await taken(api.GET("/api/v1/reconciliation", { signal }));
      setLooks((left) => Math.max(0, left - 1));
      return found;
    },
    // After a comparison was asked for its outcome is awaited for a while.
    refetchInterval: looks > 0 ? LOOK_MS : false,
    staleTime: 0,
  });
  const compare = useAct({
    act: () => taken(api.POST("/api/v1/reconciliation")),
    done: () => i18n._("Provider and books are compared; nothing is corrected by it."),
    after: () => setLooks(LOOKS),
  });
  return (
    <Sheet
      title={i18n._("Provider and books")}
      hint={i18n._("What payment providers and the books tell differently, both sides.")}
      actions={
        may && (
          <Button disabled={compare.isPending} onClick={() => compare.mutate(undefined)}>
            {i18n._("Compare now")}
          </Button>
        )
      }
    >
      <Read query={query}>{(found) => <Compared found={found} />}</Read>
    </Sheet>
  );
}

function Compared({ found }: { found: Reconciliation }) {
  if (!found.finished_at) return <p className="quiet padded">{i18n._("They were not compared yet.")}</p>;
  return (
    <>
      {found.differences.length === 0 && <Warned look="good">{i18n._("Both tell the same.")}</Warned>}
      <Facts
        facts={[
          [i18n._("Compared"), <When key="at" at={found.finished_at} />],
          [i18n._("Back to"), <When key="since" at={found.since} />],
          [i18n._("Providers"), found.providers.join(", ") || "–"],
          [i18n._("Payments"), found.payments],
          [i18n._("Refunds"), found.refunds],
        ]}
      />
      {found.differences.length > 0 && (
        <DataTable
          label={i18n._("What is told differently")}
          columns={differences()}
          rows={found.differences}
          keyOf={(each) => `${each.provider} ${each.subject} ${each.reference}`}
          empty={null}
        />
      )}
    </>
  );
}

function reasonText(reason: string): string {
  const words: Record<string, string> = {
    "not-in-ledger": i18n._("The books know nothing of it."),
    "not-at-provider": i18n._("The provider knows nothing of it."),
    "amount-differs": i18n._("The amounts differ."),
    "state-differs": i18n._("The states differ."),
    "currency-differs": i18n._("The currencies differ."),
  };
  return words[reason] ?? reason.replaceAll("-", " ");
}

function differences(): TableColumn<Difference>[] {
  const side = (state: string | null, amount: Difference["ledger_amount"]) =>
    [amount && moneyText(amount, localeTag()), state].filter(Boolean).join(" · ") || "–";
  return [
    {
      key: "order",
      head: i18n._("Order"),
      cell: (each) =>
        each.order_id ? (
          <Link to="/orders/$id" params={{ id: each.order_id }}>
            {each.order_number}
          </Link>
        ) : (
          each.order_number || "–"
        ),
    },
    {
      key: "what",
      head: i18n._("What"),
      cell: (each) => (
        <span>
          {each.subject === "payment" ? i18n._("Payment") : i18n._("Refund")}
          <small>
            {each.provider} · {each.reference}
          </small>
        </span>
      ),
    },
    {
      key: "provider",
      head: i18n._("The provider says"),
      cell: (each) => side(each.provider_state, each.provider_amount),
    },
    {
      key: "ledger",
      head: i18n._("The books say"),
      cell: (each) => side(each.ledger_state, each.ledger_amount),
    },
    { key: "reason", head: i18n._("Why"), cell: (each) => reasonText(each.reason) },
  ];
}
