/** The steps of the guide, and what an owner says of them. */

import { useQueryClient } from "@tanstack/react-query";
import { api, versioned, writing } from "../api/client";
import type { components } from "../api/schema";
import { guideQuery } from "../app/guide";
import { useAct } from "../parts/back";

export type Guide = components["schemas"]["GuideAnswer"];
export type Step = components["schemas"]["GuideStepAnswer"];

interface Said {
  confirm?: string;
  skip?: string;
  /** A skipped step that is taken up again. */
  resume?: string;
  putAway?: boolean;
}

const codes = (guide: Guide, chosen: (step: Step) => boolean): string[] =>
  guide.steps.filter(chosen).map((step) => step.code);

/** What is written of the guide when something is said of it. */
export function guideWith(guide: Guide, { confirm, skip, resume, putAway }: Said) {
  const taken = (code: string) => code === confirm || code === resume;
  return {
    confirmed: codes(guide, (step) => step.confirmed || step.code === confirm),
    skipped: codes(guide, ({ code, state }) => (state === "skipped" && !taken(code)) || code === skip),
    put_away: putAway ?? guide.put_away,
  };
}

/** Says something of the guide as it stands now: other settings share its version. */
export function useGuideSaid() {
  const client = useQueryClient();
  return useAct({
    act: async (said: Said) => {
      const { data, version } = await client.fetchQuery(guideQuery);
      const headers = writing(crypto.randomUUID(), version);
      const body = guideWith(data, said) as never;
      return versioned(api.PUT("/api/v1/settings/guide", { body, headers }));
    },
    after: (answer) => client.setQueryData(guideQuery.queryKey, answer),
  });
}
