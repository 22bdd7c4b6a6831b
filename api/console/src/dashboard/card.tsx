/** A picture with its heading: the figures behind it as a table, and as a file. */

import { i18n } from "@lingui/core";
import { type ReactNode, useId, useState } from "react";
import { Refused } from "../api/problems";
import { Button } from "../parts/button";

interface Props {
  title: string;
  /** What the picture is of, in a few words under the heading. */
  about?: string;
  /** Where the rows are read as a file. */
  file: string;
  picture: ReactNode;
  table: ReactNode;
  query: { isPending: boolean; isPlaceholderData: boolean; error: unknown; refetch: () => unknown };
  empty: boolean;
  /** What is said where there is nothing to show. */
  nothing: string;
  wide?: boolean;
}

export function Card({ title, about, file, picture, table, query, empty, nothing, wide }: Props) {
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const shown = query.error || query.isPending || empty ? null : asTable ? table : picture;
  return (
    <section
      className={wide ? "dash-card wide" : "dash-card"}
      aria-labelledby={id}
      aria-busy={query.isPending || query.isPlaceholderData}
    >
      <header>
        <div className="dash-title">
          <h2 id={id}>{title}</h2>
          {about && <small className="quiet">{about}</small>}
        </div>
        <Button look="bare" size="small" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? i18n._("Picture") : i18n._("Table")}
        </Button>
        <a className="button bare small" href={file} download>
          {i18n._("Export")}
        </a>
      </header>
      {shown}
      {query.isPending && !query.error && (
        <div className="bones" role="status" aria-label={i18n._("The figures are coming")}>
          {Array.from({ length: 4 }, (_, place) => (
            <span key={place} className="bone" />
          ))}
        </div>
      )}
      {!query.isPending && !query.error && empty && <p className="dash-none">{nothing}</p>}
      {Boolean(query.error) && <Failed error={query.error} onAgain={query.refetch} />}
    </section>
  );
}

function Failed({ error, onAgain }: { error: unknown; onAgain: () => unknown }) {
  const told = error instanceof Refused ? error.problem.detail : i18n._("The server does not answer.");
  return (
    <div className="dash-none" role="alert">
      <p>{told}</p>
      <Button size="small" onClick={onAgain}>
        {i18n._("Try again")}
      </Button>
    </div>
  );
}
