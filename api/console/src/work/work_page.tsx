/** The work behind the desk on one page: whether all is well, what waits for a person, and what goes on by itself. */

import { i18n } from "@lingui/core";
import { useMay } from "../app/session";
import { BackPage } from "../parts/back";
import { EffectsSheet } from "./effects_sheet";
import { FollowSheet, RetentionSheet } from "./follow_sheet";
import { HealthSheet } from "./health_sheet";
import { JobsSheet } from "./jobs_sheet";
import { ProofSheet } from "./proof_sheet";
import { ViewsSheet } from "./views_sheet";
import "../styles/work.css";

export function WorkPage() {
  const may = useMay();
  return (
    <BackPage title={i18n._("Work behind")}>
      <HealthSheet />
      {may("effects:read") && <EffectsSheet />}
      <JobsSheet />
      {may("projections:read") && <ViewsSheet />}
      {may("effects:read") && <FollowSheet />}
      {may("audit:read") && <ProofSheet />}
      {may("effects:read") && <RetentionSheet />}
    </BackPage>
  );
}
