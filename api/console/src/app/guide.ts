/** How far an owner's first day is. */

import { queryOptions } from "@tanstack/react-query";
import { api, versioned } from "../api/client";

export const guideQuery = queryOptions({
  queryKey: ["guide"],
  queryFn: ({ signal }) => versioned(api.GET("/api/v1/settings/guide", { signal })),
  staleTime: 0,
});
