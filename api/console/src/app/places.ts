/** The places of the console: what stands in the rail, opens by two keys, and is offered to whom. */

import { i18n } from "@lingui/core";
import type { LinkProps } from "@tanstack/react-router";
import type { IconName } from "../parts/icon";

export interface Place {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  icon: IconName;
  /** The letter after `g`. */
  key: string;
  /** What the operator must hold; what they may not see is not offered. */
  permission: string;
  /** Whether it stands in the foot of a telephone, where few have room. */
  phone?: boolean;
}

export function places(): Place[] {
  return [
    {
      to: "/orders",
      label: i18n._("Orders"),
      icon: "orders",
      key: "o",
      permission: "orders:read",
      phone: true,
    },
    {
      to: "/dashboard",
      label: i18n._("Dashboard"),
      icon: "chart",
      key: "d",
      permission: "orders:read",
    },
    {
      to: "/customers",
      label: i18n._("Customers"),
      icon: "people",
      key: "c",
      permission: "customers:read",
      phone: true,
    },
    { to: "/products", label: i18n._("Products"), icon: "tag", key: "p", permission: "stock:read" },
    { to: "/stock", label: i18n._("Stock"), icon: "box", key: "s", permission: "stock:read", phone: true },
    { to: "/returns", label: i18n._("Returns"), icon: "back", key: "r", permission: "orders:read" },
    { to: "/documents", label: i18n._("Documents"), icon: "book", key: "f", permission: "documents:read" },
    { to: "/payments", label: i18n._("Payments"), icon: "money", key: "m", permission: "effects:read" },
    { to: "/coupons", label: i18n._("Coupons"), icon: "coupon", key: "k", permission: "coupons:read" },
    { to: "/sequences", label: i18n._("Sequences"), icon: "plane", key: "q", permission: "marketing:read" },
    { to: "/tag-rules", label: i18n._("Tag rules"), icon: "tag", key: "u", permission: "settings:read" },
    { to: "/messages", label: i18n._("Mails"), icon: "mail", key: "l", permission: "messages:read" },
    { to: "/imports", label: i18n._("Imports"), icon: "download", key: "i", permission: "imports:read" },
    { to: "/work", label: i18n._("Work behind"), icon: "flag", key: "w", permission: "effects:read" },
    { to: "/audit", label: i18n._("Audit"), icon: "shield", key: "a", permission: "audit:read" },
    {
      to: "/settings",
      label: i18n._("Settings"),
      icon: "gear",
      key: "t",
      permission: "settings:read",
      phone: true,
    },
  ];
}
