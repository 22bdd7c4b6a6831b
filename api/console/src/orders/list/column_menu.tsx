/** Which columns the list shows, and in which order. */

import { i18n } from "@lingui/core";
import { Button } from "../../parts/button";
import { Popup } from "../../parts/popup";
import { movedTo } from "./column_order";
import { takenIn } from "./column_taken";
import { columns } from "./columns";

interface Props {
  chosen: readonly string[];
  onChoose: (chosen: readonly string[]) => void;
  onClose: () => void;
}

export default function ColumnMenu({ chosen, onChoose, onClose }: Props) {
  const all = columns();
  const ids = all.map((each) => each.id);
  const shown = chosen.flatMap((id) => all.find((each) => each.id === id) ?? []);
  const others = all.filter((each) => !chosen.includes(each.id));
  const toggle = (id: string) =>
    onChoose(chosen.includes(id) ? chosen.filter((each) => each !== id) : takenIn(chosen, id, ids));
  const trigger = (
    <Button icon="columns" look="bare" size="small" className="wide-only">
      {i18n._("Columns")}
    </Button>
  );
  return (
    <Popup align="end" label={i18n._("Columns")} open onOpen={(open) => !open && onClose()} trigger={trigger}>
      <div className="column-menu">
        {[...shown, ...others].map(({ id, head }, at) => (
          <div key={id}>
            <label>
              <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
              {head}
            </label>
            {at < shown.length && (
              <>
                <Step
                  label={i18n._("{column} one place to the left", { column: head })}
                  icon="up"
                  place={chosen[at - 1]}
                  onStep={(place) => onChoose(movedTo(chosen, id, place))}
                />
                <Step
                  label={i18n._("{column} one place to the right", { column: head })}
                  icon="down"
                  place={chosen[at + 1]}
                  onStep={(place) => onChoose(movedTo(chosen, id, place))}
                />
              </>
            )}
          </div>
        ))}
        <Button look="bare" size="small" onClick={() => onChoose([])}>
          {i18n._("As at first")}
        </Button>
      </div>
    </Popup>
  );
}

interface StepProps {
  label: string;
  icon: "up" | "down";
  /** The column at the place where it goes; none: it stands at the end. */
  place: string | undefined;
  onStep: (place: string) => void;
}

function Step({ label, icon, place, onStep }: StepProps) {
  return (
    <Button
      look="bare"
      size="small"
      icon={icon}
      aria-label={label}
      title={label}
      aria-disabled={place === undefined}
      onClick={() => place !== undefined && onStep(place)}
    />
  );
}
