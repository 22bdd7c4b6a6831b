/** The proof that nothing of the books was changed: how far they are sealed, and the seals recomputed on demand. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { api, type Job, taken } from "../api/client";
import { Facts, Read, Sheet, useAct, Warned } from "../parts/back";
import { Button } from "../parts/button";
import { When } from "../parts/when";
import { localeTag } from "../text/language";
import { jobsQuery, sealsQuery, VERIFY } from "./data";

const number = (value: unknown) => new Intl.NumberFormat(localeTag()).format(Number(value));

export function ProofSheet() {
  const seals = useQuery(sealsQuery);
  const { data: jobs = [] } = useQuery(jobsQuery);
  const last = jobs.find((each) => each.kind === VERIFY);
  const verify = useAct({ act: () => taken(api.POST("/api/v1/audit/verify")), renews: ["work"] });
  const isAtWork = last?.state === "running";
  return (
    <Sheet
      title={i18n._("The proof")}
      hint={i18n._(
        "What was written down is sealed every few minutes. Whoever changes it later, even in the database, breaks a seal.",
      )}
      actions={
        <Button disabled={isAtWork || verify.isPending} onClick={() => verify.mutate(undefined)}>
          {isAtWork ? i18n._("Being proved…") : i18n._("Prove it now")}
        </Button>
      }
    >
      {last && <Verdict job={last} />}
      <Read query={seals}>
        {({ count, last: seal, key }) => (
          <Facts
            facts={[
              [i18n._("Seals"), number(count)],
              [i18n._("Sealed up to event"), seal ? number(seal.position) : "–"],
              [i18n._("Last sealed"), <When key="at" at={seal?.sealed_at ?? null} />],
              [i18n._("Key that checks the seals"), <code key="key">{key}</code>],
            ]}
          />
        )}
      </Read>
    </Sheet>
  );
}

function Verdict({ job }: { job: Job }) {
  if (job.state === "running") return null;
  if (job.state !== "done") {
    return (
      <Warned look="bad">{i18n._("It could not be proved: {why}", { why: job.error ?? job.state })}</Warned>
    );
  }
  const { holds, sealed, faults, notes } = job.outcome as {
    holds: boolean;
    sealed: number;
    faults: string[];
    notes: string[];
  };
  return (
    <div role="status">
      <Warned look={holds ? "good" : "bad"}>
        <b>
          {holds
            ? i18n._("Every seal holds, up to event {sealed}: nothing was changed.", {
                sealed: number(sealed),
              })
            : i18n._("Something was changed, or is missing.")}
        </b>{" "}
        <When at={job.ended_at} />
      </Warned>
      {[...faults, ...notes].map((each) => (
        <p key={each} className="check-line">
          {each}
        </p>
      ))}
    </div>
  );
}
