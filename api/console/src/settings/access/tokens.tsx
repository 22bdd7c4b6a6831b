/** The keys of programs: what each may do, when it was used last, and its text, shown this once. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, taken, writing } from "../../api/client";
import type { components } from "../../api/schema";
import { useMay } from "../../app/session";
import { useShop, useZone } from "../../orders/data";
import { When } from "../../orders/list/columns";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { ChoiceField, TextField } from "../../parts/field";
import { useNow } from "../../parts/later";
import { usePaged } from "../../parts/paged";
import { DataTable } from "../../parts/table";
import { actorLabel } from "../../text/labels";
import { rolesQuery } from "./roles";
import { Secret } from "./secret";
import { permissionLabel, roleLabel } from "./words";

type Token = components["schemas"]["TokenForm"];

export default function TokensSection() {
  const client = useQueryClient();
  const may = useMay();
  const facts = { now: useNow(), zone: useZone(), shop: useShop() };
  const [making, make] = useState(false);
  const [revoked, revoke] = useState<Token | null>(null);
  const [secret, tell] = useState<string | null>(null);
  const list = usePaged<Token>(["tokens"], (cursor, signal) =>
    taken(api.GET("/api/v1/tokens", { params: { query: cursor ? { cursor } : {} }, signal })),
  );
  const renew = () => void client.invalidateQueries({ queryKey: ["tokens"] });
  const when = (at: string | null, never: string) =>
    at ? <When at={at} facts={facts} /> : <span className="quiet">{never}</span>;
  return (
    <section className="sheet" aria-label={i18n._("Programs’ tokens")}>
      <header>
        <h2>{i18n._("Programs’ tokens")}</h2>
        <span className="grow" />
        {may("tokens:write") && (
          <Button icon="key" size="small" onClick={() => make(true)}>
            {i18n._("A token…")}
          </Button>
        )}
      </header>
      <DataTable
        label={i18n._("Programs’ tokens")}
        rows={list.rows}
        more={list.more}
        error={list.error}
        keyOf={(row) => row.id}
        empty={i18n._("No program has a token.")}
        columns={[
          { key: "name", head: i18n._("Name"), cell: (row) => <b>{row.name}</b> },
          {
            key: "role",
            head: i18n._("May do"),
            cell: (row) => (
              <span title={row.scopes.join(", ")}>
                {roleLabel(row.role)}
                {row.scopes.length > 0 && (
                  <span className="quiet">
                    {" · "}
                    {i18n._("{count, plural, one {# permission of it} other {# permissions of it}}", {
                      count: row.scopes.length,
                    })}
                  </span>
                )}
              </span>
            ),
          },
          { key: "used", head: i18n._("Last used"), cell: (row) => when(row.last_used_at, i18n._("never")) },
          { key: "ends", head: i18n._("Ends"), cell: (row) => when(row.expires_at, i18n._("never")) },
          { key: "by", head: i18n._("Made by"), cell: (row) => actorLabel(row.issued_by), wide: true },
          {
            key: "actions",
            head: "",
            numeric: true,
            cell: (row) =>
              may("tokens:write") && (
                <Button size="small" onClick={() => revoke(row)}>
                  {i18n._("Revoke…")}
                </Button>
              ),
          },
        ]}
      />
      {making && (
        <NewToken
          onClose={() => make(false)}
          onSecret={(text) => {
            tell(text);
            renew();
          }}
        />
      )}
      {secret && (
        <Secret
          title={i18n._("The new token")}
          text={secret}
          about={i18n._("It is shown this once and kept nowhere: put it where the program reads it.")}
          onClose={() => tell(null)}
        />
      )}
      {revoked && (
        <Confirm
          title={i18n._("Revoke {name}", { name: revoked.name })}
          action={i18n._("Revoke")}
          act={() =>
            taken(
              api.DELETE("/api/v1/tokens/{identifier}", {
                params: { path: { identifier: revoked.id } },
                headers: writing(crypto.randomUUID()),
              }),
            )
          }
          onDone={() => {
            renew();
            revoke(null);
          }}
          onClose={() => revoke(null)}
        >
          <p>{i18n._("It is worthless within a second, and so are all that were made by it.")}</p>
        </Confirm>
      )}
    </section>
  );
}

interface NewProps {
  onClose: () => void;
  onSecret: (text: string | null) => void;
}

function NewToken({ onClose, onSecret }: NewProps) {
  const { data: roles } = useQuery(rolesQuery);
  const [name, setName] = useState("");
  const [role, setRole] = useState("operator");
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [ends, setEnds] = useState("");
  const held = roles?.items.find((each) => each.role === role)?.permissions ?? [];
  const act = async () => {
    const body = {
      name: name.trim(),
      role,
      ...(scopes.length ? { scopes: [...scopes] } : {}),
      ...(ends ? { expires_at: `${ends}T23:59:59Z` } : {}),
    };
    const headers = writing(crypto.randomUUID());
    onSecret((await taken(api.POST("/api/v1/tokens", { body, headers }))).token);
  };
  return (
    <Confirm
      title={i18n._("A token…")}
      action={i18n._("Make it")}
      disabled={!name.trim()}
      act={act}
      onDone={onClose}
      onClose={onClose}
    >
      <TextField
        label={i18n._("Name")}
        hint={i18n._("Of the program: small letters, digits, dots and dashes.")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <ChoiceField
        label={i18n._("Role")}
        value={role}
        options={(roles?.items ?? []).map((each) => ({ value: each.role, label: roleLabel(each.role) }))}
        onChange={(next) => {
          setRole(next);
          setScopes([]);
        }}
      />
      <TextField
        label={i18n._("Ends on")}
        type="date"
        hint={i18n._("Left empty: a year from now.")}
        value={ends}
        onChange={(event) => setEnds(event.target.value)}
      />
      <details>
        <summary>{i18n._("Less than its role may do…")}</summary>
        <div className="form scopes">
          {held.map((each) => (
            <label key={each} className="check">
              <input
                type="checkbox"
                checked={scopes.includes(each)}
                onChange={() =>
                  setScopes(scopes.includes(each) ? scopes.filter((one) => one !== each) : [...scopes, each])
                }
              />
              {permissionLabel(each)}
            </label>
          ))}
        </div>
      </details>
    </Confirm>
  );
}
