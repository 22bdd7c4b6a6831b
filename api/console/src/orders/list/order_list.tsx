/** The order list: filters, rows and the order beside them; all of its state stands in the address. */

import { i18n } from "@lingui/core";
import { lazy, Suspense, useEffect, useState } from "react";
import { useKeys } from "../../keys/keys";
import { useNow } from "../../parts/later";
import { NARROW, PHONE, useMedia } from "../../parts/media";
import { WINDOWS, withWords } from "../../text/language";
import { useFollowedJobs } from "../bulk/jobs";
import { useShop, useZone } from "../data";
import type { DialogKind } from "../dialogs/kinds";
import { type FilterName, filtersOf, written } from "../search";
import { useViews, viewOf } from "../views";
import { useArrivals } from "./arrivals";
import { useBulk } from "./bulk_state";
import { Chips } from "./chips";
import { useShownColumns } from "./column_choice";
import { useOrderPages } from "./data";
import { Foot } from "./foot";
import { ListBar } from "./list_bar";
import { useListCommands } from "./list_commands";
import { listKeys } from "./list_keys";
import { useHighlight, usePlaces, useSelection } from "./list_state";
import { Listed } from "./listed";
import { Preview } from "./preview";
import { allToggled, isEmpty, marked } from "./selection";
import { Tabs } from "./tabs";

const OrderDialog = lazy(withWords(() => import("../dialogs/order_dialog"), WINDOWS));
const Selected = lazy(() => import("./selected"));
const JobTray = lazy(() => import("../bulk/tray"));

export function OrderList() {
  const { search, go, open } = usePlaces();
  const phone = useMedia(PHONE);
  const narrow = useMedia(NARROW);
  const now = useNow();
  const facts = { now, zone: useZone(), shop: useShop() };
  const list = useOrderPages(search);
  const { rows } = list;
  const arrivals = useArrivals(search, rows, list.refetch);
  const views = useViews();
  const view = viewOf(views, search);
  const [chosen, choose] = useShownColumns(view);
  const [filtering, filter] = useState<boolean | FilterName>(false);
  const [saving, save] = useState(false);
  const [dialog, openDialog] = useState<DialogKind | null>(null);
  const [at, setAt] = useHighlight(search, rows, phone, go);
  const selected = useSelection(rows, narrow, open, setAt, written(filtersOf(search)));
  const { ids, selection, select, onBox, onRow } = selected;
  const bulk = useBulk();
  const keyFacts = {
    ids,
    at,
    setAt,
    open,
    select,
    selection,
    search,
    go,
    filter,
    openDialog,
    bulk: bulk.may,
  };
  useKeys(listKeys(keyFacts));
  useListCommands({ ...keyFacts, save, arrivals, row: rows.find((row) => row.id === at) });
  useTitle(view?.name, arrivals.waiting);
  const jobs = useFollowedJobs();

  return (
    <main className="main">
      <ListBar
        search={search}
        go={go}
        title={phone ? (view?.name ?? i18n._("Orders")) : i18n._("Orders")}
        onFilter={() => filter(true)}
      />
      <Tabs views={views} current={view} search={search} columns={chosen} saving={saving} onSaving={save} />
      <Chips
        search={search}
        go={go}
        shop={facts.shop}
        now={now}
        filtering={filtering}
        onFiltering={filter}
        columns={chosen}
        onColumns={choose}
        problem={list.error}
      />
      <div className={narrow ? "split alone" : "split"}>
        <section className="list" aria-busy={list.isFetching && !list.isFetchingNextPage}>
          <Listed
            list={list}
            arrivals={arrivals}
            search={search}
            go={go}
            columns={chosen}
            onColumns={choose}
            facts={facts}
            cards={phone}
            at={at}
            selected={marked(selection, ids)}
            onRow={onRow}
            onOpen={open}
            onBox={onBox}
            onAll={() => select(allToggled(selection, ids))}
          />
          {jobs.length > 0 && (
            <Suspense>
              <JobTray jobs={jobs} />
            </Suspense>
          )}
          {!isEmpty(selection) && (
            <Suspense>
              <Selected list={selected} rows={rows} search={search} bulk={bulk} />
            </Suspense>
          )}
        </section>
        {!narrow && (
          <Preview
            row={rows.find((row) => row.id === at)}
            facts={facts}
            onOpen={open}
            onDialog={openDialog}
          />
        )}
      </div>
      {!phone && <Foot />}
      {dialog && at && (
        <Suspense>
          <OrderDialog id={at} kind={dialog} onClose={() => openDialog(null)} />
        </Suspense>
      )}
    </main>
  );
}

/** The page is named after its view, and says how many orders came. */
function useTitle(name: string | undefined, waiting: number): void {
  useEffect(() => {
    const news = waiting ? `(${waiting}) ` : "";
    document.title = `${news}${name ?? i18n._("Orders")} · Carnet`;
  }, [name, waiting]);
}
