/** Saving, changing and removing views; what was removed can be had again. */

import { i18n } from "@lingui/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, type SavedView, taken, writing } from "../../api/client";
import { Refused } from "../../api/problems";
import { say } from "../../parts/notices";
import { filtersOf, type ListSearch, STANDARD_SORT } from "../search";
import { searchOf, type View } from "../views";

export interface Shown {
  search: ListSearch;
  columns: readonly string[];
}

interface Body {
  name: string;
  shared: boolean;
  filter: Record<string, unknown>;
  sort: string;
  columns: string[];
}

/** What is shown, as a view is told of it. */
export const bodyOf = ({ search, columns }: Shown, name: string, shared: boolean): Body => ({
  name,
  shared,
  filter: filtersOf(search),
  sort: search.sort ?? STANDARD_SORT,
  columns: [...columns],
});

/** A view as it was saved, under what it is called from now on. */
export const renamed = (saved: SavedView, name: string, shared: boolean): Body => ({
  name,
  shared,
  filter: saved.filter,
  sort: saved.sort,
  columns: saved.columns,
});

export const viewFrom = (saved: SavedView, filters: ListSearch = {}): View => ({
  id: saved.id,
  name: saved.name,
  filters: filtersOf(filters),
  saved,
});

/** Creates a view, or with an id replaces it, and opens it as it is now. */
export function useSaveView(shown: Shown, onDone: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ id, body }: { id?: string | undefined; body: Body }) => {
      const told = { body: body as never, headers: writing(crypto.randomUUID()) };
      return taken<SavedView>(
        id
          ? api.PUT("/api/v1/views/{view_id}", { params: { path: { view_id: id } }, ...told } as never)
          : api.POST("/api/v1/views", told as never),
      );
    },
    onSuccess: async (saved) => {
      await renew(client);
      say(i18n._("The view {name} is saved.", { name: saved.name }));
      onDone();
      const at = shown.search.at ? { at: shown.search.at } : {};
      void navigate({ to: "/orders", search: { ...shown.search, ...at, view: saved.id }, replace: true });
    },
  });
}

export function useRemoveView(view: View, onDone: () => void) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const again = async () => {
    const { saved } = view;
    if (!saved) return;
    const body = renamed(saved, saved.name, saved.shared) as never;
    const made = await taken<SavedView>(
      api.POST("/api/v1/views", { body, headers: writing(crypto.randomUUID()) } as never),
    );
    await renew(client);
    await navigate({ to: "/orders", search: searchOf(viewFrom(made, view.filters)) });
  };
  return useMutation({
    mutationFn: () =>
      taken(api.DELETE("/api/v1/views/{view_id}", { params: { path: { view_id: view.id } } })),
    onSuccess: async () => {
      onDone();
      await navigate({ to: "/orders", search: (before) => ({ ...before, view: undefined }), replace: true });
      await renew(client);
      say(i18n._("The view {name} is removed.", { name: view.name }), { undo: again });
    },
    onError: (error) =>
      say(error instanceof Refused ? error.problem.detail : i18n._("The server does not answer."), {
        bad: true,
      }),
  });
}

const renew = (client: ReturnType<typeof useQueryClient>) =>
  Promise.all([
    client.invalidateQueries({ queryKey: ["views"] }),
    client.invalidateQueries({ queryKey: ["count", "views"] }),
  ]);
