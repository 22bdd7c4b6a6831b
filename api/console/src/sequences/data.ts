/** Sequences as the API tells them. */

import { queryOptions } from "@tanstack/react-query";
import { api, taken, versioned } from "../api/client";

export const sequencesQuery = queryOptions({
  queryKey: ["sequences"],
  queryFn: async ({ signal }) => (await taken(api.GET("/api/v1/sequences", { signal }))).items,
});

/** One of them; its version is that of the book of all. */
export const sequenceQuery = (id: string) =>
  queryOptions({
    queryKey: ["sequence", id],
    queryFn: ({ signal }) =>
      versioned(
        api.GET("/api/v1/sequences/{sequence_id}", { params: { path: { sequence_id: id } }, signal }),
      ),
    staleTime: 0,
  });
