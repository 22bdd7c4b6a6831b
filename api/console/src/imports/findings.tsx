/** What looks wrong before anything is stored: each has to be looked at, and said to be right, before it goes on. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { useMay } from "../app/session";
import { Sheet, useAct, Warned } from "../parts/back";
import { Button } from "../parts/button";
import { answered, type Finding, type Import } from "./data";

export function Findings({ one }: { one: Import }) {
  const { findings } = one;
  if (findings.length === 0) return null;
  return one.state === "needs-answer" ? (
    <Asked one={one} findings={findings} />
  ) : (
    <Sheet
      title={i18n._("What looks wrong")}
      hint={i18n._("Before this comes in you will be asked whether it is right.")}
    >
      {findings.map((each) => (
        <Warned key={each.name}>
          <Told finding={each} />
        </Warned>
      ))}
    </Sheet>
  );
}

function Asked({ one, findings }: { one: Import; findings: readonly Finding[] }) {
  const may = useMay()("imports:write");
  const [checked, setChecked] = useState<readonly string[]>([]);
  const answer = useAct({
    act: () => answered(one.id, checked),
    renews: ["import", "imports"],
  });
  const isAll = findings.every((each) => checked.includes(each.name));
  return (
    <Sheet
      title={i18n._("Look at this first: nothing is stored yet")}
      hint={i18n._("If one of these is wrong, stop this import and say otherwise how the file is read.")}
    >
      <ul className="findings">
        {findings.map((each) => (
          <li key={each.name}>
            <label className="check">
              <input
                type="checkbox"
                checked={checked.includes(each.name)}
                disabled={!may}
                onChange={(event) =>
                  setChecked(
                    event.target.checked
                      ? [...checked, each.name]
                      : checked.filter((name) => name !== each.name),
                  )
                }
              />
              <Told finding={each} />
            </label>
          </li>
        ))}
      </ul>
      {may && (
        <div className="sheet-foot">
          <span className="quiet grow">{i18n._("I looked at each that I tick, and it is right.")}</span>
          <Button
            look="primary"
            disabled={!isAll || answer.isPending}
            onClick={() => answer.mutate(undefined)}
          >
            {i18n._("They are right: go on")}
          </Button>
        </div>
      )}
    </Sheet>
  );
}

function Told({ finding: { name, detail } }: { finding: Finding }) {
  return (
    <span>
      <b>{findingLabel(name)}</b> <span className="quiet">{detail}</span>
    </span>
  );
}

function findingLabel(name: string): string {
  const words: Record<string, string> = {
    "orders-without-lines": i18n._("Orders without lines."),
    adjustments: i18n._("Lines, discounts, shipping and taxes come to other totals."),
    "paid-but-unpaid": i18n._("A column tells of a payment, and they would come in unpaid."),
    "part-payments-unknown": i18n._("They are paid in part, and nothing tells how much."),
    "done-but-unpaid": i18n._("They are completed, and would come in unpaid."),
    "refunds-not-read": i18n._("A column tells of refunds and is not read."),
    "quantities-not-read": i18n._("A column tells of quantities and is not read."),
    "taxes-not-proved": i18n._("Nothing proves whether taxes are within the prices."),
    "names-of-products": i18n._("A person bears a product's name."),
    "one-company-for-all": i18n._("All buyers are of one company."),
    "years-before-the-shop": i18n._("Years before the shop."),
    "dates-in-the-future": i18n._("Dates that are yet to come."),
  };
  return words[name] ?? name.replaceAll("-", " ");
}
