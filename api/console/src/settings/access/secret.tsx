/** A password or token that is shown this once. */

import { i18n } from "@lingui/core";
import { Button } from "../../parts/button";
import { copy } from "../../parts/notices";
import { Window } from "../../parts/window";

interface Props {
  title: string;
  text: string;
  about: string;
  onClose: () => void;
}

export function Secret({ title, text, about, onClose }: Props) {
  return (
    <Window title={title} onClose={onClose} narrow>
      <div className="padded form">
        <output className="secret">{text}</output>
        <p>{about}</p>
      </div>
      <footer>
        <Button icon="copy" onClick={() => copy(text, i18n._("It is on the clipboard."))}>
          {i18n._("Copy")}
        </Button>
        <Button look="primary" onClick={onClose}>
          {i18n._("I have it")}
        </Button>
      </footer>
    </Window>
  );
}
