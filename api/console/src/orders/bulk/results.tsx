/** What became of each order of a job: those that were refused first, with why. */

import { i18n } from "@lingui/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, taken } from "../../api/client";
import { Button } from "../../parts/button";
import { ChoiceField } from "../../parts/field";
import { Window } from "../../parts/window";
import { refusalText } from "./words";

const PAGE = 100;
type Outcome = "" | "done" | "refused" | "unchanged";

interface Props {
  id: string;
  title: string;
  onClose: () => void;
}

export function ResultsWindow({ id, title, onClose }: Props) {
  const [outcome, setOutcome] = useState<Outcome>("");
  const { data, hasNextPage, fetchNextPage, isPending } = useResults(id, outcome);
  const results = data?.pages.flatMap((page) => page.items) ?? [];
  const words: Record<Exclude<Outcome, "">, string> = {
    done: i18n._("done"),
    refused: i18n._("refused"),
    unchanged: i18n._("was so already"),
  };
  return (
    <Window title={title} onClose={onClose} narrow>
      <div className="padded form results">
        <ChoiceField
          label={i18n._("Show")}
          value={outcome}
          onChange={(value) => setOutcome(value as Outcome)}
          options={[
            { value: "", label: i18n._("All of them") },
            ...Object.entries(words).map(([value, label]) => ({ value, label })),
          ]}
        />
        {!isPending && results.length === 0 && <p className="quiet">{i18n._("None.")}</p>}
        <ul>
          {results.map(({ item, outcome: what, code, facts }) => (
            <li key={item}>
              <Link to="/orders/$id" params={{ id: item }} onClick={onClose}>
                {String(facts.number ?? item.slice(0, 8))}
              </Link>
              <span className={what === "refused" ? "late" : "quiet"}>
                {words[what]}
                {code && ` · ${refusalText(code)}`}
              </span>
            </li>
          ))}
        </ul>
        {hasNextPage && (
          <Button size="small" onClick={() => fetchNextPage()}>
            {i18n._("More")}
          </Button>
        )}
      </div>
    </Window>
  );
}

function useResults(id: string, outcome: Outcome) {
  return useInfiniteQuery({
    queryKey: ["job", id, "results", outcome],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: PAGE,
        ...(outcome && { outcome }),
        ...(pageParam && { cursor: pageParam }),
      };
      return taken(
        api.GET("/api/v1/jobs/{job_id}/results", { params: { path: { job_id: id }, query }, signal }),
      );
    },
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
}
