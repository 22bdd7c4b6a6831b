/** What a view is called, and for whom it is: asked when it is saved, and when it is changed. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { complaintAt, complaintsElsewhere } from "../../api/problems";
import { useMay } from "../../app/session";
import { Button } from "../../parts/button";
import { Complaints, TextField } from "../../parts/field";
import { Window } from "../../parts/window";
import type { View } from "../views";
import { bodyOf, renamed, type Shown, useSaveView } from "./view_actions";

const FIELDS = ["/name"];

interface Props {
  shown: Shown;
  /** Left out: a new view of what is shown. */
  view?: View;
  onClose: () => void;
}

export default function ViewWindow({ shown, view, onClose }: Props) {
  const [name, setName] = useState(view?.name ?? "");
  const [shared, share] = useState(view?.saved?.shared ?? false);
  const may = useMay()("orders:write");
  const save = useSaveView(shown, onClose);
  const saved = view?.saved;
  const accept = () => {
    if (!name.trim() || save.isPending) return;
    const body = saved ? renamed(saved, name.trim(), shared) : bodyOf(shown, name.trim(), shared);
    save.mutate({ id: saved?.id, body });
  };
  return (
    <Window
      title={saved ? i18n._("This view") : i18n._("Save as a view")}
      onClose={onClose}
      onAccept={accept}
      narrow
    >
      <form
        className="padded form"
        onSubmit={(event) => {
          event.preventDefault();
          accept();
        }}
      >
        <TextField
          label={i18n._("Name of the view")}
          autoFocus
          maxLength={100}
          value={name}
          hint={saved ? undefined : i18n._("Keeps the filters, the sort and the columns as they are shown.")}
          complaint={complaintAt(save.error, "/name")}
          onChange={(event) => setName(event.target.value)}
        />
        {may && (
          <label className="check">
            <input type="checkbox" checked={shared} onChange={(event) => share(event.target.checked)} />
            {i18n._("For everybody who works on orders")}
          </label>
        )}
        <Complaints sentences={complaintsElsewhere(save.error, FIELDS)} />
      </form>
      <footer>
        <span className="grow" />
        <Button onClick={onClose}>{i18n._("Cancel")}</Button>
        <Button look="primary" shortcut="Ctrl ↵" disabled={!name.trim() || save.isPending} onClick={accept}>
          {i18n._("Save the view")}
        </Button>
      </footer>
    </Window>
  );
}
