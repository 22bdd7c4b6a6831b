/** The selection at work: its bar, and the window of what is done to all of it. */

import { i18n } from "@lingui/core";
import { lazy, Suspense } from "react";
import type { OrderRow } from "../../api/client";
import { copy } from "../../parts/notices";
import { WINDOWS, withWords } from "../../text/language";
import { REVERSIBLE } from "../bulk/kinds";
import { filtersOf, type ListSearch } from "../search";
import BulkBar from "./bulk_bar";
import type { useBulk } from "./bulk_state";
import { useCount } from "./data";
import type { useSelection } from "./list_state";
import { NOTHING, targetOf, WHOLE } from "./selection";

const BulkWindow = lazy(withWords(() => import("../bulk/bulk_window"), WINDOWS));

interface Props {
  list: ReturnType<typeof useSelection>;
  rows: readonly OrderRow[];
  search: ListSearch;
  bulk: ReturnType<typeof useBulk>;
}

export default function Selected({ list, rows, search, bulk }: Props) {
  const { ids, selection, select } = list;
  const filters = filtersOf(search);
  const count = useCount(filters);
  const target = targetOf(selection, ids, filters, search.sort);
  const numbers = rows.filter((row) => selection.whole || selection.ids.has(row.id)).map((row) => row.number);
  const close = (done: boolean) => {
    if (done && bulk.kind && REVERSIBLE.has(bulk.kind)) select(NOTHING);
    bulk.open(null);
  };
  return (
    <>
      <BulkBar
        selection={selection}
        target={target}
        count={count}
        onWhole={() => select(WHOLE)}
        onBulk={bulk.open}
        onClear={() => select(NOTHING)}
        onCopy={() => copy(numbers.join("\n"), i18n._("The numbers are on the clipboard."))}
      />
      {bulk.kind && (
        <Suspense>
          <BulkWindow key={bulk.kind} kind={bulk.kind} target={target} rows={rows} onClose={close} />
        </Suspense>
      )}
    </>
  );
}
