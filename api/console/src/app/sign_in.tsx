/** Signing in: as a page, and on top of the page when the session ended. */

import { i18n } from "@lingui/core";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { api, taken } from "../api/client";
import { complaintAt } from "../api/problems";
import { begin, type Caller } from "../api/session";
import { Button } from "../parts/button";
import { Complaints, TextField } from "../parts/field";
import { WINDOWS, withWords } from "../text/language";
import { refusalsOf, useSending } from "./sending";
import { operatorName, useSession } from "./session";

const FirstPassword = lazy(withWords(() => import("./first_password"), WINDOWS));

export function SignInPage() {
  const { caller } = useSession();
  const [typed, setTyped] = useState("");
  return (
    <main className="sign-in">
      <div className="sign-in-sheet">
        <p className="brand">
          <i aria-hidden="true" />
          <span>Carnet</span>
        </p>
        <Suspense>{caller ? <FirstPassword current={typed} /> : <SignInForm onTyped={setTyped} />}</Suspense>
      </div>
    </main>
  );
}

/** The session ended while somebody worked: the page stays behind, and goes on afterwards. */
export function SignInAgain() {
  const { caller } = useSession();
  const place = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={place}
      className="sign-in-again"
      aria-labelledby="again"
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="again">{i18n._("Your session has ended")}</h2>
      <p className="quiet">{i18n._("Sign in again and go on: nothing that you typed is lost.")}</p>
      <SignInForm username={operatorName(caller?.actor)} />
    </dialog>
  );
}

function SignInForm({ username = "", onTyped }: { username?: string; onTyped?: (password: string) => void }) {
  const [name, setName] = useState(username);
  const [password, setPassword] = useState("");
  const { busy, error, run } = useSending(async () => {
    const caller = await taken(api.POST("/api/v1/session", { body: { username: name.trim(), password } }));
    onTyped?.(password);
    begin(caller as Caller);
  });
  return (
    <form className="form" onSubmit={run} noValidate>
      {!username && <h1>{i18n._("Sign in")}</h1>}
      <TextField
        label={i18n._("Name")}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={!username}
        value={name}
        complaint={complaintAt(error, "/username")}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label={i18n._("Password")}
        name="password"
        type="password"
        autoComplete="current-password"
        autoFocus={Boolean(username)}
        value={password}
        complaint={complaintAt(error, "/password")}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Complaints sentences={refusalsOf(error, ["/username", "/password"])} />
      <Button type="submit" look="primary" shortcut="↵" disabled={busy}>
        {busy ? i18n._("Signing in…") : i18n._("Sign in")}
      </Button>
    </form>
  );
}
