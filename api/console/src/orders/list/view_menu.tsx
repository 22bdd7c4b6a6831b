/** What can be done with a saved view: keep what is shown in it, call it otherwise, share it, remove it. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { Button } from "../../parts/button";
import { Icon } from "../../parts/icon";
import { Popup } from "../../parts/popup";
import { isChanged, type View } from "../views";
import { bodyOf, type Shown, useRemoveView, useSaveView } from "./view_actions";
import ViewWindow from "./view_window";

interface Props {
  view: View;
  shown: Shown;
  onClose: () => void;
}

export default function ViewMenu({ view, shown, onClose }: Props) {
  const [renaming, rename] = useState(false);
  const save = useSaveView(shown, onClose);
  const remove = useRemoveView(view, onClose);
  if (renaming) return <ViewWindow shown={shown} view={view} onClose={onClose} />;
  const changed = isChanged(view, shown.search, shown.columns);
  const overwrite = () =>
    save.mutate({ id: view.id, body: bodyOf(shown, view.name, view.saved?.shared ?? false) });
  const trigger = (
    <button type="button" className="tab-menu" aria-label={i18n._("This view: {name}", { name: view.name })}>
      <Icon name="more" />
    </button>
  );
  const label = i18n._("This view: {name}", { name: view.name });
  return (
    <Popup label={label} open onOpen={(open) => !open && onClose()} trigger={trigger}>
      <div className="menu">
        <Button icon="check" look="bare" disabled={!changed || save.isPending} onClick={overwrite}>
          {i18n._("Overwrite with what is shown")}
        </Button>
        <Button icon="edit" look="bare" onClick={() => rename(true)}>
          {i18n._("Rename or share…")}
        </Button>
        <Button icon="close" look="bare" disabled={remove.isPending} onClick={() => remove.mutate()}>
          {i18n._("Remove the view")}
        </Button>
      </div>
    </Popup>
  );
}
