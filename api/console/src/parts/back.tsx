/** What the screens behind the desk share: a page with its head, sheets in it, facts, and what stands where they are awaited. */

import { i18n } from "@lingui/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { Bones } from "./bones";
import { Button } from "./button";
import { Icon } from "./icon";
import { say } from "./notices";
import { PageHead } from "./page_head";
import { sentenceOf } from "./refused";
import "../styles/back.css";

interface PageProps {
  title: string;
  /** Beside the title: a state, a count. */
  about?: ReactNode;
  /** Leads to where one came from. */
  back?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function BackPage({ title, about, back, actions, children }: PageProps) {
  return (
    <main className="main">
      <PageHead title={title} about={about} back={back}>
        {actions}
      </PageHead>
      <div className="page-body">
        <div className="back-sheets">{children}</div>
      </div>
    </main>
  );
}

interface SheetProps {
  title: string;
  /** A sentence under the title. */
  hint?: string;
  actions?: ReactNode;
  children?: ReactNode;
}

export function Sheet({ title, hint, actions, children }: SheetProps) {
  const id = useId();
  return (
    <section className="back-sheet" aria-labelledby={id}>
      <header>
        <div className="grow">
          <h2 id={id}>{title}</h2>
          {hint && <p className="quiet">{hint}</p>}
        </div>
        {actions}
      </header>
      {children}
    </section>
  );
}

interface Query<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** What was read, or that it is awaited, or why it did not come. */
export function Read<T>({ query, children }: { query: Query<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (!query.error) return <Bones />;
  return (
    <div className="empty" role="alert">
      <p>{sentenceOf(query.error)}</p>
      <Button onClick={query.refetch}>{i18n._("Try again")}</Button>
    </div>
  );
}

interface Act<In, Out> {
  act: (what: In) => Promise<Out>;
  /** What is said when it is done. */
  done?: (answer: Out, what: In) => string;
  /** What is read anew afterwards, by the beginnings of its keys. */
  renews?: readonly string[];
  after?: (answer: Out, what: In) => unknown;
}

/** Something that is done to the server; a refusal is said. */
export function useAct<In, Out>({ act, done, renews = [], after }: Act<In, Out>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer, what) => {
      for (const name of renews) void client.invalidateQueries({ queryKey: [name] });
      if (done) say(done(answer, what));
      after?.(answer, what);
    },
    onError: (error) => say(sentenceOf(error), { bad: true }),
  });
}

/** Facts by their names. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface WarnedProps {
  /** How bad it is: bad, good, or something to look at. */
  look?: "bad" | "good";
  role?: "alert" | "status";
  children: ReactNode;
}

/** A sentence that wants to be read. */
export function Warned({ look, role, children }: WarnedProps) {
  return (
    <p className={look ? `warned ${look}` : "warned"} role={role}>
      <Icon name={look === "good" ? "check" : "warning"} />
      <span>{children}</span>
    </p>
  );
}
