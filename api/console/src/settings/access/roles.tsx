/** What each role may do, as a table of permissions. */

import { i18n } from "@lingui/core";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, taken } from "../../api/client";
import { permissionLabel, roleLabel } from "./words";

export const rolesQuery = queryOptions({
  queryKey: ["roles"],
  queryFn: ({ signal }) => taken(api.GET("/api/v1/operators/roles", { signal })),
  staleTime: 3_600_000,
});

export function Roles() {
  const { data } = useQuery(rolesQuery);
  const roles = data?.items ?? [];
  const permissions = [...new Set(roles.flatMap((each) => each.permissions))].sort();
  return (
    <details className="sheet">
      <summary className="padded">{i18n._("What each role may do")}</summary>
      <div className="scrolled">
        <table className="data-table may-table plain">
          <caption className="hidden-text">{i18n._("What each role may do")}</caption>
          <thead>
            <tr>
              <th scope="col">{i18n._("Permission")}</th>
              {roles.map((each) => (
                <th key={each.role} scope="col">
                  {roleLabel(each.role)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {permissions.map((permission) => (
              <tr key={permission}>
                <td title={permission}>{permissionLabel(permission)}</td>
                {roles.map((each) => (
                  <td key={each.role}>{each.permissions.includes(permission) ? i18n._("yes") : "–"}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
