/** What was brought in, the newest first, and what each import brought. */

import { i18n } from "@lingui/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, taken } from "../api/client";
import { useMay } from "../app/session";
import { useKeys } from "../keys/keys";
import { BackPage, Sheet } from "../parts/back";
import { Key } from "../parts/button";
import { Icon } from "../parts/icon";
import { usePaged } from "../parts/paged";
import { Pill } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { localeTag } from "../text/language";
import { moneyText } from "../text/money";
import type { ImportRow } from "./data";
import { totalsOf } from "./totals";
import { kindLabel, originOf, stateLabel, stateLook } from "./words";

const PAGE = 50;
const LOOK_MS = 3000;
const AT_WORK: ReadonlySet<string> = new Set(["running", "undoing"]);

export function ImportListPage() {
  const may = useMay()("imports:write");
  const navigate = useNavigate();
  useKeys({ c: () => (may ? navigate({ to: "/imports/new" }) : false) });
  const { rows, more, error } = usePaged(["imports"], (cursor, signal) => {
    const query = { limit: PAGE, ...(cursor && { cursor }) };
    return taken(api.GET("/api/v1/imports", { params: { query }, signal }));
  });
  useLookingAgain(rows?.some((row) => AT_WORK.has(row.state)) ?? false);
  return (
    <BackPage
      title={i18n._("Imports")}
      actions={
        may && (
          <Link to="/imports/new" className="button primary" aria-keyshortcuts="c">
            <Icon name="plus" />
            <span>{i18n._("Bring files in")}</span>
            <Key>c</Key>
          </Link>
        )
      }
    >
      <Sheet
        title={i18n._("What came in")}
        hint={i18n._(
          "Every file that was brought in or tried, what it brought, and the way to take it back.",
        )}
      >
        <DataTable
          label={i18n._("Imports")}
          columns={columns()}
          rows={rows}
          keyOf={(row) => row.id}
          onOpen={(row) => navigate({ to: "/imports/$id", params: { id: row.id } })}
          empty={i18n._("Nothing was brought in yet.")}
          error={error}
          more={more}
        />
      </Sheet>
    </BackPage>
  );
}

/** Reads the list anew now and then while an import is at work. */
function useLookingAgain(isAtWork: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!isAtWork) return;
    const look = () => void client.invalidateQueries({ queryKey: ["imports"] });
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [isAtWork, client]);
}

const number = (value: number) => new Intl.NumberFormat(localeTag()).format(value);

function columns(): TableColumn<ImportRow>[] {
  return [
    {
      key: "what",
      head: i18n._("What"),
      cell: (row) => (
        <Link to="/imports/$id" params={{ id: row.id }}>
          {[kindLabel(row.kind), originOf(row)].filter(Boolean).join(" · ")}
        </Link>
      ),
    },
    { key: "when", head: i18n._("When"), cell: (row) => <When at={row.started_at} /> },
    { key: "state", head: i18n._("State"), cell: (row) => <State row={row} /> },
    { key: "brought", head: i18n._("Brought"), numeric: true, cell: brought },
    {
      key: "refused",
      head: i18n._("Refused rows"),
      numeric: true,
      cell: ({ totals }) => {
        const rows = totalsOf(totals)?.rows.refused;
        return rows === undefined ? null : <span className={rows ? "late" : "quiet"}>{number(rows)}</span>;
      },
    },
    {
      key: "total",
      head: i18n._("Total"),
      numeric: true,
      cell: ({ totals }) =>
        totalsOf(totals)
          ?.totals.map((each) => moneyText(each, localeTag()))
          .join(" · "),
    },
  ];
}

function brought({ dry_run, totals }: ImportRow): string | null {
  const orders = totalsOf(totals)?.orders;
  return dry_run || !orders ? null : number(orders.new + orders.updated);
}

function State({ row }: { row: ImportRow }) {
  const [icon, colour] = stateLook(row.state);
  const state = row.dry_run && row.state === "completed" ? i18n._("done") : stateLabel(row.state);
  return (
    <Pill icon={icon} colour={row.dry_run ? "grey" : colour}>
      {row.dry_run ? i18n._("Trial: {state}", { state }) : state}
    </Pill>
  );
}
