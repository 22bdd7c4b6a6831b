/** What orders have of tags, sources and operators: asked from the server when somebody picks from them. */

import { useQuery } from "@tanstack/react-query";
import { api, taken } from "../../api/client";
import type { Choice } from "../../parts/pick_list";
import type { FilterField } from "../filters";

const FRESH_MS = 60_000;

async function read(name: string, signal: AbortSignal): Promise<Choice[]> {
  const same = (value: string) => ({ value, label: value });
  if (name === "operator") {
    const { items } = await taken(api.GET("/api/v1/operators/names", { signal }));
    return items.map(({ username }) => same(username));
  }
  const path = name === "source" ? "/api/v1/meta/sources" : "/api/v1/meta/tags";
  const { items } = await taken(api.GET(path, { signal }));
  return items.map(({ value }) => same(value));
}

/** What can be picked for a filter besides its fixed choices. */
export function usePicked({ name, kind }: Pick<FilterField, "name" | "kind">): readonly Choice[] {
  const { data } = useQuery({
    queryKey: ["picked", name === "tag_any" ? "tag" : name],
    queryFn: ({ signal }) => read(name, signal),
    enabled: kind === "picked",
    staleTime: FRESH_MS,
  });
  return data ?? [];
}
