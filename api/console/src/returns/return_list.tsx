/** Goods that come back: the orders with a return that is open, and the way to ask for one. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, type OrderRow, taken } from "../api/client";
import { useMay } from "../app/session";
import { useKeys } from "../keys/keys";
import { buyerName } from "../orders/list/columns";
import { BackPage, Sheet } from "../parts/back";
import { Button } from "../parts/button";
import { usePaged } from "../parts/paged";
import { Pill } from "../parts/pill";
import { Segments } from "../parts/segments";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { returnLabel } from "../text/labels";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";

const ReturnWindow = lazy(() => import("./return_window"));
const RequestWindow = lazy(() => import("./request_window"));
const PAGE = 50;

type Which = "open" | "requested" | "received" | "settled";
const STATES: Record<Which, ("requested" | "received" | "settled")[]> = {
  open: ["requested", "received"],
  requested: ["requested"],
  received: ["received"],
  settled: ["settled"],
};

export function ReturnListPage() {
  const may = useMay()("orders:write");
  const [which, setWhich] = useState<Which>("open");
  const [open, setOpen] = useState<string | null>(null);
  const [asking, ask] = useState(false);
  const { rows, more, error } = usePaged(["orders", "returns", which], (cursor, signal) => {
    const query = { return_status: STATES[which], limit: PAGE, ...(cursor && { cursor }) };
    return taken(api.GET("/api/v1/orders", { params: { query: query as never }, signal }));
  });
  useKeys({ c: () => (may ? ask(true) : false) });
  const labels: Record<Which, string> = {
    open: i18n._("under way"),
    requested: returnLabel("requested"),
    received: returnLabel("received"),
    settled: returnLabel("settled"),
  };
  return (
    <BackPage
      title={i18n._("Returns")}
      actions={
        may && (
          <Button look="primary" icon="plus" shortcut="c" onClick={() => ask(true)}>
            {i18n._("A return")}
          </Button>
        )
      }
    >
      <Segments
        label={i18n._("Which")}
        value={which}
        options={(Object.keys(STATES) as Which[]).map((value) => ({ value, label: labels[value] }))}
        onChange={setWhich}
      />
      <Sheet title={i18n._("Goods that come back")}>
        <DataTable
          label={i18n._("Returns")}
          columns={columns()}
          rows={rows}
          keyOf={(row) => row.id}
          onOpen={(row) => setOpen(row.id)}
          empty={i18n._("No return is like that.")}
          error={error}
          more={more}
        />
      </Sheet>
      <Suspense>
        {open && <ReturnWindow id={open} onClose={() => setOpen(null)} />}
        {asking && (
          <RequestWindow
            onDone={(id) => {
              ask(false);
              setOpen(id);
            }}
            onClose={() => ask(false)}
          />
        )}
      </Suspense>
    </BackPage>
  );
}

const LOOKS = {
  requested: ["clock", "amber"],
  received: ["box", "blue"],
  settled: ["check", "green"],
} as const;

function columns(): TableColumn<OrderRow>[] {
  return [
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
    { key: "state", head: i18n._("State"), cell: (row) => <State code={row.return_status} /> },
    {
      key: "total",
      head: i18n._("Total"),
      numeric: true,
      cell: ({ total }) => moneyText(total, localeTag()),
    },
    { key: "ordered", head: i18n._("Ordered"), cell: ({ created_at }) => <When at={created_at} /> },
  ];
}

export function State({ code }: { code: string }) {
  const [icon, colour] = LOOKS[code as keyof typeof LOOKS] ?? ["dashed", "grey"];
  return (
    <Pill icon={icon} colour={colour}>
      {code === "cancelled" ? i18n._("Called off") : returnLabel(code)}
    </Pill>
  );
}
