/** The views of the order list: one's own and the shared ones, renamed, shared and taken off here. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, type SavedView, taken } from "../api/client";
import { useMay } from "../app/session";
import { savedViewsQuery } from "../orders/views";
import { Button } from "../parts/button";
import { Confirm } from "../parts/confirm";
import { TextField } from "../parts/field";
import { CheckField } from "../parts/form";
import { DataTable } from "../parts/table";
import { actorLabel } from "../text/labels";

export default function ViewsSection() {
  const { data, error } = useQuery(savedViewsQuery);
  const [open, setOpen] = useState<SavedView | null>(null);
  const [asked, ask] = useState<SavedView | null>(null);
  const renew = useRenew();
  return (
    <section className="sheet" aria-label={i18n._("Views of the list")}>
      <header>
        <h2>{i18n._("Views of the list")}</h2>
        <span className="grow" />
        <Link className="link" to="/orders">
          {i18n._("Make one in the list, with + beside its tabs")}
        </Link>
      </header>
      <DataTable
        label={i18n._("Views of the list")}
        rows={data?.items}
        error={error}
        keyOf={(row) => row.id}
        empty={i18n._("None was saved yet.")}
        columns={[
          {
            key: "name",
            head: i18n._("Name"),
            cell: (row) => (
              <Link className="link" to="/orders" search={{ ...row.filter, sort: row.sort, view: row.id }}>
                {row.name}
              </Link>
            ),
          },
          {
            key: "whose",
            head: i18n._("Whose"),
            cell: (row) =>
              row.shared
                ? i18n._("shared by {name}", { name: actorLabel(row.owner) })
                : i18n._("for me alone"),
          },
          {
            key: "state",
            head: i18n._("State"),
            cell: (row) =>
              row.errors.length ? (
                <span className="late">{i18n._("its filter is of something that is no more")}</span>
              ) : (
                "–"
              ),
          },
          {
            key: "actions",
            head: "",
            numeric: true,
            cell: (row) =>
              row.changeable && (
                <>
                  <Button
                    icon="edit"
                    look="bare"
                    size="small"
                    aria-label={i18n._("Change {name}", { name: row.name })}
                    onClick={() => setOpen(row)}
                  />
                  <Button
                    icon="close"
                    look="bare"
                    size="small"
                    aria-label={i18n._("Take {name} off", { name: row.name })}
                    onClick={() => ask(row)}
                  />
                </>
              ),
          },
        ]}
      />
      {open && <Edit view={open} onClose={() => setOpen(null)} onDone={renew} />}
      {asked && (
        <Confirm
          title={i18n._("Take {name} off", { name: asked.name })}
          action={i18n._("Take it off")}
          act={() =>
            taken(api.DELETE("/api/v1/views/{view_id}", { params: { path: { view_id: asked.id } } }))
          }
          onDone={() => {
            renew();
            ask(null);
          }}
          onClose={() => ask(null)}
        >
          <p>{i18n._("The orders stay; only the tab goes, for everybody who has it.")}</p>
        </Confirm>
      )}
    </section>
  );
}

function useRenew(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ["views"] });
}

interface EditProps {
  view: SavedView;
  onClose: () => void;
  onDone: () => void;
}

function Edit({ view, onClose, onDone }: EditProps) {
  const mayShare = useMay()("orders:write");
  const [name, setName] = useState(view.name);
  const [shared, share] = useState(view.shared);
  const { filter, sort, columns } = view;
  return (
    <Confirm
      title={view.name}
      action={i18n._("Save")}
      disabled={!name.trim()}
      act={() =>
        taken(
          api.PUT("/api/v1/views/{view_id}", {
            params: { path: { view_id: view.id } },
            body: { name: name.trim(), shared, filter, sort, columns } as never,
          }),
        )
      }
      onDone={() => {
        onDone();
        onClose();
      }}
      onClose={onClose}
    >
      <TextField label={i18n._("Name")} value={name} onChange={(event) => setName(event.target.value)} />
      {mayShare && <CheckField label={i18n._("Everybody sees it")} checked={shared} onChange={share} />}
    </Confirm>
  );
}
