/** The way to the guide through the first day, in the rail, for as long as the guide is offered. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Icon } from "../parts/icon";
import { guideQuery } from "./guide";
import { queries } from "./queries";

export default function FirstSteps() {
  const { data } = useQuery(guideQuery);
  if (!data?.data.shown) return null;
  return (
    <Link to="/guide" className="place wide-only">
      <Icon name="flag" />
      <span>{i18n._("First steps")}</span>
    </Link>
  );
}

/** Whether whoever has just signed in is shown the guide first. */
export async function isGuided(): Promise<boolean> {
  const guide = await queries.fetchQuery({ ...guideQuery, retry: false }).catch(() => null);
  return guide?.data.shown ?? false;
}
