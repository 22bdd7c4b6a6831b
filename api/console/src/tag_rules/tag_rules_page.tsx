/** Tags that are put by what was bought: the rules, and what they would have done in a span of the past. */

import { i18n } from "@lingui/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, taken, type Versioned, versioned } from "../api/client";
import type { components } from "../api/schema";
import { useMay } from "../app/session";
import { useZone } from "../orders/data";
import { BackPage, Read, Sheet, useAct } from "../parts/back";
import { Button } from "../parts/button";
import { type Editor, useEditor } from "../parts/editor";
import { ChoiceField, TextField } from "../parts/field";
import { FormSheet } from "../parts/form";
import { say } from "../parts/notices";
import { Tag } from "../parts/pill";
import { type Days, lastQuarter, Span } from "../parts/span";
import { DataTable } from "../parts/table";
import { TextList } from "../parts/text_list";
import { When } from "../parts/when";
import { dayAfter, dayStart } from "../text/instants";
import "../styles/tag_rules.css";

type Rule = components["schemas"]["TagRuleForm"];
type Simulation = components["schemas"]["TagSimulationAnswer"];

interface Rules {
  rules: Rule[];
}

const rulesQuery = queryOptions({
  queryKey: ["settings", "tag-rules"],
  queryFn: async ({ signal }): Promise<Versioned<Rules>> => {
    const { data, version } = await versioned(api.GET("/api/v1/settings", { signal }));
    return { data: { rules: data.tag_rules as Rule[] }, version };
  },
});

export function TagRulesPage() {
  const query = useQuery(rulesQuery);
  const refresh = async () =>
    standingOf((await query.refetch({ throwOnError: true })).data ?? { data: { rules: [] }, version: 0 });
  return (
    <BackPage title={i18n._("Tag rules")}>
      <Read query={query}>{(found) => <Opened found={found} refresh={refresh} />}</Read>
    </BackPage>
  );
}

const standingOf = ({ data, version }: Versioned<Rules>) => ({ values: data, version });

interface OpenedProps {
  found: Versioned<Rules>;
  refresh: () => Promise<{ values: Rules; version: number }>;
}

function Opened({ found, refresh }: OpenedProps) {
  const may = useMay()("settings:write");
  const editor = useEditor<Rules, unknown>({
    standing: standingOf(found),
    refresh,
    name: "tag-rules",
    send: ({ rules }, headers) =>
      taken(api.PUT("/api/v1/settings/tag-rules", { body: { rules }, headers } as never)),
    done: () => {
      void refresh();
      say(i18n._("The rules stand; they hold from now on."));
    },
  });
  return (
    <>
      <FormSheet
        title={i18n._("Rules")}
        about={i18n._("Who buys a product like this gets these tags. A star stands for any characters.")}
        editor={editor}
        labels={{ rules: i18n._("Rules") }}
        may={may}
      >
        <RuleList editor={editor} />
      </FormSheet>
      <SimulationSheet rules={editor.values.rules} />
    </>
  );
}

function RuleList({ editor }: { editor: Editor<Rules> }) {
  const { rules } = editor.values;
  const set = (place: number, change: Partial<Rule>) =>
    editor.set({ rules: rules.map((each, at) => (at === place ? { ...each, ...change } : each)) });
  return (
    <>
      {rules.length === 0 && <p className="quiet">{i18n._("There is no rule yet.")}</p>}
      <ul className="tag-rules">
        {rules.map((rule, place) => (
          <li key={place}>
            <TextField
              label={i18n._("SKU like")}
              placeholder="MUG-*"
              value={rule.pattern}
              complaint={editor.complaint(`rules/${place}/pattern`)}
              onChange={(event) => set(place, { pattern: event.target.value })}
            />
            <TextList
              label={i18n._("Tags")}
              values={rule.tags}
              complaint={editor.complaint(`rules/${place}/tags`)}
              onChange={(tags) => set(place, { tags })}
            />
            <ChoiceField
              label={i18n._("Once it is")}
              value={rule.on}
              onChange={(on) => set(place, { on: on as Rule["on"] })}
              options={[
                { value: "placed", label: i18n._("ordered") },
                { value: "paid", label: i18n._("paid") },
              ]}
            />
            <Button
              icon="close"
              look="bare"
              aria-label={i18n._("Take the rule {pattern} off", { pattern: rule.pattern || place + 1 })}
              onClick={() => editor.set({ rules: rules.filter((_, at) => at !== place) })}
            />
          </li>
        ))}
      </ul>
      <Button
        icon="plus"
        size="small"
        className="rule-add"
        onClick={() => editor.set({ rules: [...rules, { pattern: "", tags: [], on: "placed" }] })}
      >
        {i18n._("A rule")}
      </Button>
    </>
  );
}

/** What the rules as they are typed would have done; nobody is tagged by it. */
function SimulationSheet({ rules }: { rules: readonly Rule[] }) {
  const zone = useZone();
  const [days, setDays] = useState<Days>(() => lastQuarter(zone));
  const run = useAct({
    act: (): Promise<Simulation> => {
      const query = { from: dayStart(days.from, zone), to: dayStart(dayAfter(days.to, 1), zone) };
      const body = { rules: [...rules] };
      return taken(api.POST("/api/v1/settings/tag-rules/simulate", { params: { query }, body }));
    },
  });
  return (
    <Sheet
      title={i18n._("Try them")}
      hint={i18n._(
        "Whom these rules would have tagged, as they are typed above. Nobody is tagged by trying.",
      )}
    >
      <Span days={days} onDays={setDays}>
        <Button disabled={rules.length === 0 || run.isPending} onClick={() => run.mutate(undefined)}>
          {run.isPending ? i18n._("Being tried…") : i18n._("Try")}
        </Button>
      </Span>
      {run.data && <Tagged simulation={run.data} />}
    </Sheet>
  );
}

function Tagged({ simulation: { count, items } }: { simulation: Simulation }) {
  return (
    <>
      <p className="padded" role="status">
        <b>{i18n._("{count, plural, =0 {Nobody} one {# customer} other {# customers}}", { count })}</b>
      </p>
      <DataTable
        label={i18n._("Who would have been tagged")}
        columns={[
          {
            key: "order",
            head: i18n._("Order"),
            cell: (each) => (
              <Link to="/orders/$id" params={{ id: each.order_id }}>
                {each.number}
              </Link>
            ),
          },
          { key: "when", head: i18n._("When"), cell: (each) => <When at={each.at} /> },
          {
            key: "tags",
            head: i18n._("Tags"),
            cell: (each) => each.tags.map((tag) => <Tag key={tag}>{tag}</Tag>),
          },
        ]}
        rows={items}
        keyOf={(each) => `${each.order_id} ${each.customer_id} ${each.at}`}
        empty={i18n._("Nobody.")}
      />
    </>
  );
}
