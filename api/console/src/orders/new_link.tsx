/** The way to a new order, by its key from the list and from an order. */

import { i18n } from "@lingui/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMay } from "../app/session";
import { useKeys } from "../keys/keys";
import { Key } from "../parts/button";
import { Icon } from "../parts/icon";

export function useNewOrderKey(): void {
  const navigate = useNavigate();
  const may = useMay()("orders:write");
  useKeys({ c: () => (may ? navigate({ to: "/new" }) : false) });
}

export function NewOrderLink() {
  useNewOrderKey();
  if (!useMay()("orders:write")) return null;
  return (
    <Link to="/new" className="button primary new-link" aria-keyshortcuts="c" preload="intent">
      <Icon name="plus" />
      <span>{i18n._("New order")}</span>
      <Key>c</Key>
    </Link>
  );
}
