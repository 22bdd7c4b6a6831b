/** Two cards of one person made one: side by side, what stays is chosen field by field; it can be undone. */

import { i18n } from "@lingui/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, taken, type Versioned } from "../../api/client";
import { addressLabels } from "../../orders/new/address_fields";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { useSettled } from "../../parts/later";
import { say } from "../../parts/notices";
import { sentenceOf } from "../../parts/refused";
import { SearchPick } from "../../parts/search_pick";
import {
  CARD_FIELDS,
  type CardField,
  type CardRow,
  type CardWithWorth,
  cardQuery,
  countOf,
  useCardChanged,
} from "../data";
import { type Choice, chosenChanges, mergeCards, takeMergeBack } from "./merging";

interface Props {
  card: Versioned<CardWithWorth>;
  onClose: () => void;
}

export function MergeWindow({ card, onClose }: Props) {
  const [otherId, pick] = useState<string | null>(null);
  const { data: other } = useQuery({ ...cardQuery(otherId ?? ""), enabled: otherId !== null, staleTime: 0 });
  if (other && otherId)
    return <SideBySide one={card} other={other} onClose={onClose} onOther={() => pick(null)} />;
  return (
    <Confirm
      title={i18n._("Merge with another card")}
      action={i18n._("Merge")}
      disabled
      act={() => Promise.resolve()}
      onDone={onClose}
      onClose={onClose}
    >
      <Finder without={card.data.id} onPick={pick} />
      <p className="quiet">{i18n._("Choose the other card of the same person.")}</p>
    </Confirm>
  );
}

const SETTLE_MS = 120;

function Finder({ without, onPick }: { without: string; onPick: (id: string) => void }) {
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim(), SETTLE_MS);
  const { data } = useQuery({
    queryKey: ["customers", "to-merge", q],
    queryFn: ({ signal }) =>
      taken(api.GET("/api/v1/customers", { params: { query: { q, limit: 8 } }, signal })),
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
  });
  const found = (data?.items ?? []).filter((each) => each.id !== without);
  const choose = (row: CardRow | undefined) => row && onPick(row.id);
  return (
    <SearchPick
      label={i18n._("The other card")}
      placeholder={i18n._("Name, mail or telephone")}
      value={typed}
      onChange={setTyped}
      found={found.map((row) => ({
        key: row.id,
        content: (
          <>
            <b>{row.name || row.company || "–"}</b>
            <span>{row.email}</span>
            <small className="quiet">{[row.company, row.city].filter(Boolean).join(" · ")}</small>
            <small className="quiet">{row.phone}</small>
          </>
        ),
      }))}
      isCurrent={q === typed.trim()}
      onPick={(index) => choose(found[index])}
      onEnter={() => choose(found[0])}
      autoFocus
    />
  );
}

interface SideProps {
  one: Versioned<CardWithWorth>;
  other: Versioned<CardWithWorth>;
  onClose: () => void;
  onOther: () => void;
}

function SideBySide({ one, other, onClose, onOther }: SideProps) {
  const navigate = useNavigate();
  const changed = useCardChanged();
  const [stays, setStays] = useState<"one" | "other">("one");
  const [choice, choose] = useState<Choice>({});
  const [survivor, merged] = stays === "one" ? [one, other] : [other, one];
  const labels = addressLabels();
  const fields = CARD_FIELDS.filter((name) => one.data[name] || other.data[name]);
  const cards = [one, other] as const;
  const act = async (reason: string) => {
    const done = await mergeCards(
      survivor,
      merged,
      chosenChanges(survivor.data, merged.data, choice),
      reason,
    );
    for (const each of done.answers) changed(each);
    say(i18n._("The two cards are one."), {
      undo: () =>
        takeMergeBack(done, survivor.data).then(
          (answers) => {
            for (const each of answers) changed(each);
            say(i18n._("They are two cards again."));
          },
          (error) => say(sentenceOf(error), { bad: true }),
        ),
    });
    void navigate({ to: "/customers/$id", params: { id: survivor.data.id } });
  };
  return (
    <Confirm
      title={i18n._("Make two cards one")}
      action={i18n._("Merge")}
      reason="optional"
      act={act}
      onDone={onClose}
      onClose={onClose}
    >
      <table className="beside-table merge-table">
        <thead>
          <tr>
            <th scope="col">{i18n._("Card that stays")}</th>
            {(["one", "other"] as const).map((side, at) => (
              <th key={side} scope="col">
                <label className="check">
                  <input type="radio" name="stays" checked={stays === side} onChange={() => setStays(side)} />
                  {at === 0 ? i18n._("this one") : i18n._("the other")}
                </label>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {fields.map((name) => (
            <tr key={name}>
              <th scope="row">{labels[name]}</th>
              {cards.map((each) => (
                <Side
                  key={each.data.id}
                  name={name}
                  card={each.data}
                  differs={one.data[name] !== other.data[name]}
                  chosen={chosenId(survivor.data, merged.data, choice, name) === each.data.id}
                  onChoose={() => choose({ ...choice, [name]: each.data.id })}
                />
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">{i18n._("Orders")}</th>
            {cards.map((each) => (
              <td key={each.data.id}>{countOf(each.data.lifetime)}</td>
            ))}
          </tr>
        </tbody>
      </table>
      <p className="quiet">
        {i18n._("Orders, value and mails are one from then on. It can be undone: then each is as it was.")}
      </p>
      <p>
        <Button size="small" onClick={onOther}>
          {i18n._("Another card…")}
        </Button>
      </p>
    </Confirm>
  );
}

const chosenId = (survivor: CardWithWorth, merged: CardWithWorth, choice: Choice, name: CardField): string =>
  choice[name] ?? (survivor[name] ? survivor.id : merged.id);

interface OneProps {
  name: CardField;
  card: CardWithWorth;
  differs: boolean;
  chosen: boolean;
  onChoose: () => void;
}

function Side({ name, card, differs, chosen, onChoose }: OneProps) {
  const text = card[name] || "–";
  if (!differs) return <td>{text}</td>;
  return (
    <td>
      <label>
        <input type="radio" name={`merge-${name}`} checked={chosen} onChange={onChoose} />
        {text}
      </label>
    </td>
  );
}
