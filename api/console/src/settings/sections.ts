/** The sections of the settings: what each is called, its address, and who may see it. */

import { i18n } from "@lingui/core";
import { type ComponentType, lazy } from "react";
import { OWNER, withWords } from "../text/language";

export interface Section {
  code: string;
  label: string;
  permission: string;
  Page: ComponentType;
}

const Seller = lazy(() => import("./seller"));
const Statuses = lazy(() => import("./statuses/statuses"));
const Methods = lazy(() => import("./methods"));
const Carriers = lazy(() => import("./carriers"));
const Series = lazy(() => import("./series"));
const Mails = lazy(() => import("./mails/mails"));
const Notifications = lazy(() => import("./notifications"));
const Operators = lazy(() => import("./access/operators"));
const Tokens = lazy(() => import("./access/tokens"));
const Webhooks = lazy(withWords(() => import("./webhooks/webhooks"), OWNER));
const Defaults = lazy(() => import("./defaults"));
const Views = lazy(() => import("./views"));

export function sections(): Section[] {
  const settings = "settings:read";
  return [
    { code: "seller", label: i18n._("Seller and papers"), permission: settings, Page: Seller },
    { code: "defaults", label: i18n._("What orders start from"), permission: settings, Page: Defaults },
    { code: "statuses", label: i18n._("Statuses"), permission: settings, Page: Statuses },
    { code: "methods", label: i18n._("Payment and shipping"), permission: settings, Page: Methods },
    { code: "carriers", label: i18n._("Carriers"), permission: settings, Page: Carriers },
    { code: "series", label: i18n._("Number series"), permission: settings, Page: Series },
    { code: "mails", label: i18n._("Mail templates"), permission: settings, Page: Mails },
    { code: "notifications", label: i18n._("Notifications"), permission: settings, Page: Notifications },
    { code: "views", label: i18n._("Views of the list"), permission: "orders:read", Page: Views },
    {
      code: "operators",
      label: i18n._("Operators and roles"),
      permission: "operators:read",
      Page: Operators,
    },
    { code: "tokens", label: i18n._("Programs’ tokens"), permission: "tokens:read", Page: Tokens },
    { code: "webhooks", label: i18n._("Webhooks"), permission: "webhooks:read", Page: Webhooks },
  ];
}
