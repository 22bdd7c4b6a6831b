/** Which columns the list shows. */

import { i18n } from "@lingui/core";
import { Button } from "../../parts/button";
import { Popup } from "../../parts/popup";
import { columns } from "./columns";

interface Props {
  chosen: readonly string[];
  onChoose: (chosen: readonly string[]) => void;
  onClose: () => void;
}

export default function ColumnMenu({ chosen, onChoose, onClose }: Props) {
  const all = columns();
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChoose(all.map((each) => each.id).filter((each) => next.has(each)));
  };
  const trigger = (
    <Button icon="columns" look="bare" size="small" className="wide-only">
      {i18n._("Columns")}
    </Button>
  );
  return (
    <Popup align="end" label={i18n._("Columns")} open onOpen={(open) => !open && onClose()} trigger={trigger}>
      <div className="column-menu">
        {all.map((column) => (
          <label key={column.id}>
            <input type="checkbox" checked={chosen.includes(column.id)} onChange={() => toggle(column.id)} />
            {column.head}
          </label>
        ))}
        <Button look="bare" size="small" onClick={() => onChoose([])}>
          {i18n._("As at first")}
        </Button>
      </div>
    </Popup>
  );
}
