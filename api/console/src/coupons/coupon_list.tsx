/** The coupons: what each gives, when and for whom, how often it was used; new ones, other rules, on and off. */

import { i18n } from "@lingui/core";
import { lazy, Suspense, useState } from "react";
import { api, taken } from "../api/client";
import { useMay } from "../app/session";
import { useKeys } from "../keys/keys";
import { useShop, useZone } from "../orders/data";
import { BackPage, Sheet, useAct } from "../parts/back";
import { Button } from "../parts/button";
import { useNow } from "../parts/later";
import { usePaged } from "../parts/paged";
import { Pill } from "../parts/pill";
import { Segments } from "../parts/segments";
import { DataTable, type TableColumn } from "../parts/table";
import { dateText, dayOf } from "../text/instants";
import { localeTag } from "../text/language";
import type { CouponRow } from "./rules";
import { givesText, stateLook, stateText } from "./words";

const CouponWindow = lazy(() => import("./coupon_window"));
const PAGE = 50;
const STATES = ["", "active", "scheduled", "expired", "used_up", "disabled"] as const;
type State = (typeof STATES)[number];

export function CouponListPage() {
  const may = useMay()("coupons:write");
  const [state, setState] = useState<State>("");
  const [open, setOpen] = useState<CouponRow | "new" | null>(null);
  const { rows, more, error } = usePaged(["coupons", state], (cursor, signal) => {
    const query = { limit: PAGE, ...(cursor && { cursor }), ...(state && { state }) };
    return taken(api.GET("/api/v1/coupons", { params: { query }, signal }));
  });
  useKeys({ c: () => (may ? setOpen("new") : false) });
  return (
    <BackPage
      title={i18n._("Coupons")}
      actions={
        may && (
          <Button look="primary" icon="plus" shortcut="c" onClick={() => setOpen("new")}>
            {i18n._("New coupon")}
          </Button>
        )
      }
    >
      <Segments
        label={i18n._("Which")}
        value={state}
        options={STATES.map((value) => ({ value, label: value ? stateText(value) : i18n._("all") }))}
        onChange={setState}
      />
      <Sheet title={i18n._("Coupons")}>
        <DataTable
          label={i18n._("Coupons")}
          columns={useColumns()}
          rows={rows}
          keyOf={(row) => row.code}
          {...(may && { onOpen: setOpen })}
          empty={state ? i18n._("No coupon is like that.") : i18n._("There is no coupon yet.")}
          error={error}
          more={more}
        />
      </Sheet>
      <Suspense>{open && <Opened open={open} onClose={() => setOpen(null)} />}</Suspense>
    </BackPage>
  );
}

/** The window of a coupon, once the shop's currency is known. */
function Opened({ open, onClose }: { open: CouponRow | "new"; onClose: () => void }) {
  const shop = useShop();
  const zone = useZone();
  if (!shop) return null;
  const code = open === "new" ? "" : open.code;
  return <CouponWindow code={code} currency={shop.defaults.currency} zone={zone} onClose={onClose} />;
}

function useColumns(): TableColumn<CouponRow>[] {
  const zone = useZone();
  const now = useNow();
  const day = (at: string, before = 0) =>
    dateText(dayOf(new Date(Date.parse(at) - before), zone), now, localeTag());
  return [
    { key: "code", head: i18n._("Code"), cell: ({ code }) => <b>{code}</b> },
    { key: "gives", head: i18n._("Gives"), cell: ({ rules }) => givesText(rules) },
    {
      key: "when",
      head: i18n._("When"),
      cell: ({ rules: { valid_from, valid_until } }) =>
        [
          valid_from && i18n._("from {day}", { day: day(valid_from) }),
          valid_until && i18n._("until {day}", { day: day(valid_until, 1) }),
        ]
          .filter(Boolean)
          .join(" "),
    },
    { key: "state", head: i18n._("State"), cell: ({ state }) => <State state={state} /> },
    {
      key: "uses",
      head: i18n._("Used"),
      numeric: true,
      cell: ({ uses, rules: { limit } }) =>
        limit === null ? uses : i18n._("{uses} of {limit}", { uses, limit }),
    },
    { key: "acts", head: "", cell: (row) => <Acts row={row} /> },
  ];
}

function State({ state }: { state: CouponRow["state"] }) {
  const [icon, colour] = stateLook(state);
  return (
    <Pill icon={icon} colour={colour}>
      {stateText(state)}
    </Pill>
  );
}

function Acts({ row }: { row: CouponRow }) {
  const may = useMay()("coupons:write");
  const path = { code: row.code };
  const turn = useAct({
    act: () =>
      row.enabled
        ? taken(api.POST("/api/v1/coupons/{code}/disable", { params: { path }, body: {} }))
        : taken(api.POST("/api/v1/coupons/{code}/enable", { params: { path }, body: {} })),
    renews: ["coupons"],
  });
  return (
    <span className="acts">
      {may && (
        <Button size="small" disabled={turn.isPending} onClick={() => turn.mutate(undefined)}>
          {row.enabled ? i18n._("Turn off") : i18n._("Turn on")}
        </Button>
      )}
    </span>
  );
}
