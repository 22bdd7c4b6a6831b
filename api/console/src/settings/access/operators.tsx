/** The people who work here: their roles, one-time passwords shown once, and what each role may do. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, taken, writing } from "../../api/client";
import type { components } from "../../api/schema";
import { operatorName, useMay, useSession } from "../../app/session";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { ChoiceField, TextField } from "../../parts/field";
import { usePaged } from "../../parts/paged";
import { DataTable } from "../../parts/table";
import { Roles, rolesQuery } from "./roles";
import { Secret } from "./secret";
import { roleLabel } from "./words";

type Operator = components["schemas"]["OperatorForm"];
type Asked = { kind: "new" } | { kind: "role" | "disable" | "enable" | "password"; operator: Operator };

export default function OperatorsSection() {
  const may = useMay()("operators:write");
  const { caller } = useSession();
  const [asked, ask] = useState<Asked | null>(null);
  const [secret, tell] = useState<{ name: string; text: string } | null>(null);
  const list = usePaged<Operator>(["operators"], (cursor, signal) =>
    taken(api.GET("/api/v1/operators", { params: { query: cursor ? { cursor } : {} }, signal })),
  );
  const own = operatorName(caller?.actor);
  const actions = (operator: Operator) =>
    may &&
    operator.username !== own && (
      <>
        <Button size="small" onClick={() => ask({ kind: "role", operator })}>
          {i18n._("Role…")}
        </Button>{" "}
        <Button size="small" onClick={() => ask({ kind: "password", operator })}>
          {i18n._("New password…")}
        </Button>{" "}
        <Button
          size="small"
          onClick={() => ask({ kind: operator.disabled ? "enable" : "disable", operator })}
        >
          {operator.disabled ? i18n._("Let in again…") : i18n._("Shut out…")}
        </Button>
      </>
    );
  return (
    <>
      <section className="sheet" aria-label={i18n._("Operators")}>
        <header>
          <h2>{i18n._("Operators")}</h2>
          <span className="grow" />
          {may && (
            <Button icon="plus" size="small" onClick={() => ask({ kind: "new" })}>
              {i18n._("An operator…")}
            </Button>
          )}
        </header>
        <DataTable
          label={i18n._("Operators")}
          rows={list.rows}
          more={list.more}
          error={list.error}
          keyOf={(row) => row.id}
          empty={i18n._("There is none yet.")}
          columns={[
            { key: "name", head: i18n._("Name"), cell: (row) => <b>{row.username}</b> },
            { key: "role", head: i18n._("Role"), cell: (row) => roleLabel(row.role) },
            {
              key: "state",
              head: i18n._("State"),
              cell: (row) =>
                row.disabled ? <span className="late">{i18n._("shut out")}</span> : i18n._("may come in"),
            },
            { key: "actions", head: "", numeric: true, cell: actions },
          ]}
        />
      </section>
      <Roles />
      {asked && <Ask asked={asked} onClose={() => ask(null)} onSecret={tell} />}
      {secret && (
        <Secret
          title={i18n._("One-time password of {name}", { name: secret.name })}
          text={secret.text}
          about={i18n._(
            "Good for one sign-in within 72 hours, at which it must be changed. It is shown this once.",
          )}
          onClose={() => tell(null)}
        />
      )}
    </>
  );
}

interface AskProps {
  asked: Asked;
  onClose: () => void;
  onSecret: (secret: { name: string; text: string } | null) => void;
}

function Ask({ asked, onClose, onSecret }: AskProps) {
  const client = useQueryClient();
  const { data: roles } = useQuery(rolesQuery);
  const [name, setName] = useState("");
  const [role, setRole] = useState(asked.kind === "new" ? "operator" : asked.operator.role);
  const done = () => {
    void client.invalidateQueries({ queryKey: ["operators"] });
    onClose();
  };
  const facts = asked.kind === "new" ? null : asked.operator;
  const act = async () => {
    const secret = await asking(asked, { name: name.trim().toLowerCase(), role });
    if (secret) onSecret({ name: facts?.username ?? name, text: secret });
  };
  const about: Record<Asked["kind"], [string, string, string]> = {
    new: [i18n._("An operator…"), i18n._("Add"), ""],
    role: [
      i18n._("Role of {name}", { name: facts?.username ?? "" }),
      i18n._("Give this role"),
      i18n._("It holds at once, for their tokens as well."),
    ],
    disable: [
      i18n._("Shut {name} out", { name: facts?.username ?? "" }),
      i18n._("Shut out"),
      i18n._("Their sessions end at once, and their tokens are worthless until they are let in again."),
    ],
    enable: [i18n._("Let {name} in again", { name: facts?.username ?? "" }), i18n._("Let in"), ""],
    password: [
      i18n._("A new password for {name}", { name: facts?.username ?? "" }),
      i18n._("Make a one-time password"),
      i18n._("Their sessions end at once."),
    ],
  };
  const [title, action, sentence] = about[asked.kind];
  return (
    <Confirm
      title={title}
      action={action}
      disabled={asked.kind === "new" && !name.trim()}
      act={act}
      onDone={done}
      onClose={onClose}
    >
      {asked.kind === "new" && (
        <TextField
          label={i18n._("Name")}
          hint={i18n._("Small letters, digits, dots and dashes: it is what one signs in with.")}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      {(asked.kind === "new" || asked.kind === "role") && (
        <ChoiceField
          label={i18n._("Role")}
          value={role}
          options={(roles?.items ?? []).map((each) => ({ value: each.role, label: roleLabel(each.role) }))}
          onChange={setRole}
        />
      )}
      {sentence && <p>{sentence}</p>}
    </Confirm>
  );
}

/** Asks for it; a one-time password in the answer, where it gives one. */
async function asking(asked: Asked, typed: { name: string; role: string }): Promise<string | null> {
  const headers = writing(crypto.randomUUID());
  if (asked.kind === "new") {
    const body = { username: typed.name, role: typed.role };
    return (await taken(api.POST("/api/v1/operators", { body, headers }))).one_time_password;
  }
  const params = { path: { identifier: asked.operator.id } };
  const on = writing(crypto.randomUUID(), asked.operator.version);
  if (asked.kind === "role") {
    await taken(
      api.PUT("/api/v1/operators/{identifier}/role", { params, body: { role: typed.role }, headers: on }),
    );
  } else if (asked.kind === "disable") {
    await taken(api.POST("/api/v1/operators/{identifier}/disable", { params, headers: on }));
  } else if (asked.kind === "enable") {
    await taken(api.POST("/api/v1/operators/{identifier}/enable", { params, headers: on }));
  } else {
    return (await taken(api.POST("/api/v1/operators/{identifier}/password", { params, headers })))
      .one_time_password;
  }
  return null;
}
