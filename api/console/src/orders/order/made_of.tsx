/** The events that made a figure, each with the figure before and after it; loaded when the first one is asked for. */

import { CSPProvider } from "@base-ui/react/csp-provider";
import { Popover } from "@base-ui/react/popover";
import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import type { FieldChange, Money, Order, TimelineEntry } from "../../api/client";
import { useKeys } from "../../keys/keys";
import { Icon } from "../../parts/icon";
import { actorLabel } from "../../text/labels";
import { localeTag } from "../../text/language";
import { moneyText } from "../../text/money";
import { timelineQuery } from "../data";
import { type Entry, entryOf, Sentence } from "../history";
import { type Facts, When } from "../list/columns";
import type { Asked } from "./figure";
import { usePast } from "./past";
import "../../styles/popup.css";

interface Props {
  order: Order;
  asked: Asked;
  facts: Facts;
  onThen: (version: number) => void;
  onClose: () => void;
}

interface Step {
  entry: Entry;
  version: number;
  before: string | undefined;
  after: string | undefined;
}

export default function MadeOf({ order, asked, facts, onThen, onClose }: Props) {
  useKeys({}, { alone: true });
  const past = usePast();
  const { data } = useQuery(timelineQuery(order.id));
  const steps = stepsOf(data?.items ?? [], asked.of, past?.version ?? order.version);
  return (
    <CSPProvider disableStyleElements>
      <Popover.Root open onOpenChange={(open) => !open && onClose()}>
        <Popover.Portal>
          <Popover.Positioner
            anchor={asked.place}
            sideOffset={6}
            collisionPadding={8}
            className="popup-place"
          >
            <Popover.Popup className="popup made-of" finalFocus={{ current: asked.place }}>
              <Popover.Title>{i18n._("{name}: what made it", { name: asked.name })}</Popover.Title>
              {steps.length === 0 && (
                <p className="quiet">{i18n._("No event: it is as every order begins.")}</p>
              )}
              <ol>
                {steps.map((step) => (
                  <li key={step.entry.key}>
                    <button
                      type="button"
                      title={i18n._("The order as it was then")}
                      onClick={() => {
                        onClose();
                        onThen(step.version);
                      }}
                    >
                      <Icon name={step.entry.icon} />
                      <Sentence entry={step.entry} />
                      <span className="numeric">
                        {step.before && <del>{step.before}</del>} <b>{step.after}</b>
                      </span>
                      <small>
                        <When at={step.entry.at} facts={facts} /> · {actorLabel(step.entry.actor)}
                      </small>
                    </button>
                  </li>
                ))}
              </ol>
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </CSPProvider>
  );
}

/** The events up to a version that changed any of the fields, the newest first. */
function stepsOf(timeline: readonly TimelineEntry[], of: readonly string[], version: number): Step[] {
  const touches = ({ pointer }: FieldChange) =>
    of.some((field) => pointer === field || pointer.startsWith(`${field}/`));
  return timeline
    .filter((each) => each.message_id === null && each.version <= version && each.changes.some(touches))
    .map((each) => {
      const own = each.changes.find(({ pointer }) => of.includes(pointer));
      return {
        entry: entryOf(each),
        version: each.version,
        before: written(own?.before),
        after: written(own?.after),
      };
    })
    .reverse();
}

/** A figure as the timeline has it: an amount or a number; nothing of what is neither. */
function written(value: unknown): string | undefined {
  if (typeof value === "object" && value !== null && "currency" in value)
    return moneyText(value as Money, localeTag());
  return typeof value === "number" ? new Intl.NumberFormat(localeTag()).format(value) : undefined;
}
