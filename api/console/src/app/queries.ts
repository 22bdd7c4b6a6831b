/** What was read from the server is kept here; passing faults are asked again, refusals are shown. */

import { QueryClient } from "@tanstack/react-query";
import { isPassing } from "../api/problems";

const TRIES = 5;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 600_000,
      retry: (failures, error) => failures < TRIES && isPassing(error),
      retryDelay: (failures) => Math.min(500 * 2 ** failures, 8000),
      networkMode: "always",
    },
    mutations: { retry: false, networkMode: "always" },
  },
});
