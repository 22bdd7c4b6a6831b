/** All the keys, on `?`. */

import { i18n } from "@lingui/core";
import { places } from "../app/places";
import { useMay } from "../app/session";
import { Key } from "../parts/button";
import { Window } from "../parts/window";

export default function KeysDialog({ onClose }: { onClose: () => void }) {
  const may = useMay();
  const groups: [string, [string[], string][]][] = [
    [
      i18n._("List"),
      [
        [["j", "k"], i18n._("next, previous row")],
        [["↵"], i18n._("open the order")],
        [["x"], i18n._("select the row")],
        [["⇧ j", "⇧ k"], i18n._("extend the selection")],
        [["⇧ x"], i18n._("select all orders of this view")],
        [["/"], i18n._("search")],
        [["f"], i18n._("filter")],
        [["Esc"], i18n._("clear the selection, then the search")],
      ],
    ],
    [
      i18n._("With a selection"),
      [
        [["s"], i18n._("change their status")],
        [["t"], i18n._("tag them")],
        [["o"], i18n._("give them to an operator")],
        [["p"], i18n._("print them")],
        [["⇧ e"], i18n._("export them")],
      ],
    ],
    [
      i18n._("Order"),
      [
        [["e"], i18n._("the next step")],
        [["m"], i18n._("change what it holds")],
        [["s"], i18n._("change the status")],
        [["t"], i18n._("send a parcel")],
        [["b"], i18n._("write down a payment")],
        [["n"], i18n._("leave a note")],
        [["o"], i18n._("operator, source, payment and shipping")],
        [["w"], i18n._("the order as it was; ← → from event to event")],
        [["y"], i18n._("copy the billing address")],
        [["p"], i18n._("print the receipt")],
        [["j", "k"], i18n._("next, previous order of the view")],
        [["Esc"], i18n._("back to the list, on the same row")],
      ],
    ],
    [
      i18n._("Everywhere"),
      [
        [["Ctrl K"], i18n._("find and do anything")],
        ...places()
          .filter(({ permission }) => may(permission))
          .map(({ key, label }): [string[], string] => [[`g ${key}`], label]),
        [["c"], i18n._("a new order")],
        [["Ctrl ↵"], i18n._("do what the dialog asks")],
        [["F1", "h"], i18n._("the handbook of this screen")],
        [["?"], i18n._("these keys")],
      ],
    ],
  ];
  return (
    <Window title={i18n._("Keys")} onClose={onClose} narrow>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className="keys" aria-label={i18n._("Keys")} tabIndex={0}>
        {groups.map(([name, keys]) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl>
              {keys.map(([names, told]) => (
                <div key={told}>
                  <dt>
                    {names.map((each) => (
                      <Key key={each}>{each}</Key>
                    ))}
                  </dt>
                  <dd>{told}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </section>
    </Window>
  );
}
