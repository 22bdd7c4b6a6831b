/** One sequence: its steps as a line, who stands where, whom it would have touched, started and stopped. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { api, type Versioned, versioned } from "../api/client";
import { useMay } from "../app/session";
import { useKeys } from "../keys/keys";
import { useShop } from "../orders/data";
import { BackPage, Read, useAct } from "../parts/back";
import { Bones } from "../parts/bones";
import { Button } from "../parts/button";
import { type Standing, useEditor } from "../parts/editor";
import { FormSheet } from "../parts/form";
import { Icon } from "../parts/icon";
import { say } from "../parts/notices";
import { placesOfCurrency } from "../text/money";
import { sequenceQuery } from "./data";
import { blank, formOf, type Sequence, type Typed, typedOf } from "./definition";
import { DefinitionFields } from "./definition_form";
import { EnrolledSheet } from "./enrolled";
import { SequenceState } from "./sequence_list";
import { SimulationSheet } from "./simulation";
import "../styles/sequences.css";

const NEW = "new";

export function SequencePage() {
  const { id } = useParams({ from: "/sequences/$id" });
  const query = useQuery({ ...sequenceQuery(id), enabled: id !== NEW });
  const navigate = useNavigate();
  useKeys({ escape: () => navigate({ to: "/sequences" }) });
  const sequence = query.data?.data;
  return (
    <BackPage
      title={sequence?.name ?? i18n._("New sequence")}
      back={
        <Link to="/sequences" className="back">
          <Icon name="left" />
          {i18n._("All sequences")}
        </Link>
      }
      about={sequence && <SequenceState started={sequence.started} />}
      actions={sequence && <StartStop sequence={sequence} />}
    >
      {id === NEW ? (
        <Definition key={NEW} />
      ) : (
        <Read query={query}>
          {(found) => (
            <>
              <EnrolledSheet sequence={found.data} />
              <SimulationSheet id={id} />
              <Definition
                key={id}
                found={found}
                refresh={async () => (await query.refetch({ throwOnError: true })).data ?? found}
              />
            </>
          )}
        </Read>
      )}
    </BackPage>
  );
}

function StartStop({ sequence: { id, started } }: { sequence: Sequence }) {
  const may = useMay()("marketing:write");
  const params = { path: { sequence_id: id } };
  const turn = useAct({
    act: () =>
      started
        ? versioned(api.POST("/api/v1/sequences/{sequence_id}/stop", { params }))
        : versioned(api.POST("/api/v1/sequences/{sequence_id}/start", { params })),
    done: () =>
      started
        ? i18n._("No further order begins it; those under way go on.")
        : i18n._("Orders begin it from now on."),
    renews: ["sequence", "sequences"],
  });
  if (!may) return null;
  return (
    <Button
      look={started ? "plain" : "primary"}
      disabled={turn.isPending}
      onClick={() => turn.mutate(undefined)}
    >
      {started ? i18n._("Stop") : i18n._("Start")}
    </Button>
  );
}

interface DefinitionProps {
  /** As it stands; a new one stands nowhere yet. */
  found?: Versioned<Sequence>;
  refresh?: () => Promise<Versioned<Sequence>>;
}

function Definition(props: DefinitionProps) {
  const currency = useShop()?.defaults.currency;
  return currency ? <DefinitionForm {...props} currency={currency} /> : <Bones />;
}

function DefinitionForm({ found, refresh, currency }: DefinitionProps & { currency: string }) {
  const may = useMay()("marketing:write");
  const client = useQueryClient();
  const navigate = useNavigate();
  const id = found?.data.id;
  const standing = (one?: Versioned<Sequence>): Standing<Typed> =>
    one
      ? { values: typedOf(one.data, currency), version: one.version }
      : { values: blank(currency), version: 0 };
  const editor = useEditor<Typed, Versioned<Sequence>>({
    standing: standing(found),
    refresh: async () => standing(refresh && (await refresh())),
    name: `sequence.${id ?? NEW}`,
    send: (values, headers) => {
      const body = formOf(values, placesOfCurrency(currency));
      if (id) {
        const params = { path: { sequence_id: id } };
        return versioned(api.PUT("/api/v1/sequences/{sequence_id}", { params, body, headers } as never));
      }
      const { "If-Match": _, ...once } = headers;
      return versioned(api.POST("/api/v1/sequences", { body, headers: once } as never));
    },
    done: ({ data }) => {
      for (const name of ["sequence", "sequences"]) void client.invalidateQueries({ queryKey: [name] });
      say(
        id
          ? i18n._("Orders begin it so from now on.")
          : i18n._("It is written; it does nothing until it is started."),
      );
      if (!id) void navigate({ to: "/sequences/$id", params: { id: data.id }, replace: true });
    },
  });
  return (
    <FormSheet
      title={i18n._("What it does")}
      {...(id && {
        about: i18n._(
          "A change is for orders that begin it from then on; those under way go on as they began.",
        ),
      })}
      editor={editor}
      labels={{ name: i18n._("Name"), steps: i18n._("Steps"), exits: i18n._("Ends early") }}
      may={may}
      isNew={!id}
    >
      <DefinitionFields editor={editor} />
    </FormSheet>
  );
}
