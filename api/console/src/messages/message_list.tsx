/** The mails: what was sent about what, what became of each, sending one again, and how one would look. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { api, taken } from "../api/client";
import type { components } from "../api/schema";
import { BackPage, Sheet } from "../parts/back";
import { Button } from "../parts/button";
import { ChoiceField } from "../parts/field";
import { usePaged } from "../parts/paged";
import { Pill } from "../parts/pill";
import { DataTable, type TableColumn } from "../parts/table";
import { When } from "../parts/when";
import { type MailState, purposeText, STATES, stateLook, stateText } from "./words";
import "../styles/messages.css";

const MessageWindow = lazy(() => import("./message_window"));
const PreviewWindow = lazy(() => import("./preview_window"));
const PAGE = 50;

type Row = components["schemas"]["MessageRowAnswer"];

export function MessageListPage() {
  const [state, setState] = useState<MailState | "">("");
  const [open, setOpen] = useState<string | null>(null);
  const [previewing, preview] = useState(false);
  const { rows, more, error } = usePaged(["messages", state], (cursor, signal) => {
    const query = { limit: PAGE, ...(cursor && { cursor }), ...(state && { state }) };
    return taken(api.GET("/api/v1/messages", { params: { query }, signal }));
  });
  const states = STATES.filter((each) => each !== "rendered");
  return (
    <BackPage
      title={i18n._("Mails")}
      actions={
        <Button icon="mail" onClick={() => preview(true)}>
          {i18n._("How a mail looks…")}
        </Button>
      }
    >
      <Sheet
        title={i18n._("What was sent")}
        actions={
          <ChoiceField
            label={i18n._("State")}
            value={state}
            onChange={(value) => setState(value as MailState | "")}
            options={[
              { value: "", label: i18n._("all") },
              ...states.map((value) => ({ value, label: stateText(value) })),
            ]}
          />
        }
      >
        <DataTable
          label={i18n._("Mails")}
          columns={columns()}
          rows={rows}
          keyOf={(row) => row.id}
          onOpen={(row) => setOpen(row.id)}
          empty={i18n._("No mail is like that.")}
          error={error}
          more={more}
        />
      </Sheet>
      <Suspense>
        {open && <MessageWindow key={open} id={open} onOpen={setOpen} onClose={() => setOpen(null)} />}
        {previewing && <PreviewWindow onClose={() => preview(false)} />}
      </Suspense>
    </BackPage>
  );
}

function columns(): TableColumn<Row>[] {
  return [
    { key: "purpose", head: i18n._("About"), cell: ({ purpose }) => <b>{purposeText(purpose)}</b> },
    { key: "when", head: i18n._("When"), cell: (row) => <When at={row.requested_at} /> },
    { key: "state", head: i18n._("State"), cell: (row) => <State row={row} /> },
    { key: "template", head: i18n._("Template"), wide: true, cell: ({ template }) => template },
    { key: "locale", head: i18n._("Language"), wide: true, cell: ({ locale }) => locale },
    {
      key: "order",
      head: i18n._("Order"),
      cell: ({ order_id }) =>
        order_id && (
          <Link to="/orders/$id" params={{ id: order_id }}>
            {i18n._("its order")}
          </Link>
        ),
    },
  ];
}

function State({ row }: { row: Row }) {
  const [icon, colour] = stateLook(row.state);
  return (
    <span>
      <Pill icon={icon} colour={colour}>
        {stateText(row.state)}
      </Pill>
      {row.code && <small>{row.code}</small>}
    </span>
  );
}
