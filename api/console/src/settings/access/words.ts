/** Roles and permissions in words. */

import { i18n } from "@lingui/core";

export function roleLabel(role: string): string {
  const words: Record<string, string> = {
    operator: i18n._("operator"),
    manager: i18n._("manager"),
    auditor: i18n._("auditor"),
    data: i18n._("data"),
    analyst: i18n._("analyst"),
    admin: i18n._("administrator"),
  };
  return words[role] ?? role;
}

/** A permission as what it lets one do; one without words of its own stands as programs name it. */
export function permissionLabel(permission: string): string {
  const [of = "", what = ""] = permission.split(":");
  const things: Record<string, string> = {
    orders: i18n._("orders"),
    customers: i18n._("customers"),
    coupons: i18n._("coupons"),
    settings: i18n._("settings"),
    stock: i18n._("catalogue and stock"),
    effects: i18n._("mails, refunds and calls to the outside"),
    marketing: i18n._("sequences and tag rules"),
    messages: i18n._("messages"),
    documents: i18n._("invoices and credit notes"),
    operators: i18n._("operators"),
    tokens: i18n._("programs’ tokens"),
    imports: i18n._("imports"),
    projections: i18n._("views of the log"),
    events: i18n._("events"),
    audit: i18n._("seals of the log"),
    metrics: i18n._("metrics"),
    jobs: i18n._("jobs"),
    personal: i18n._("names, addresses and what else tells of a person"),
  };
  const verbs: Record<string, string> = {
    read: i18n._("see"),
    write: i18n._("work on"),
    refund: i18n._("refund"),
    force: i18n._("force a status of"),
    erase: i18n._("forget"),
    void: i18n._("void"),
    manage: i18n._("manage"),
  };
  const thing = things[of];
  const verb = verbs[what];
  return thing && verb ? `${verb} · ${thing}` : permission;
}
