import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";

/** An address that leads nowhere. */
export function Lost() {
  return (
    <main className="main empty">
      <h1>{i18n._("There is nothing at this address.")}</h1>
      <Link to="/orders" className="button primary">
        {i18n._("To the orders")}
      </Link>
    </main>
  );
}
