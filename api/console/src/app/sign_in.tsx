/** Signing in: as a page, on top of the page when the session ended, and a one-time password's first change. */

import { i18n } from "@lingui/core";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api, taken } from "../api/client";
import { complaintAt, complaintsElsewhere, Refused } from "../api/problems";
import { begin, type Caller } from "../api/session";
import { Button } from "../parts/button";
import { Complaints, TextField } from "../parts/field";
import { operatorName, useSession } from "./session";

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
        {caller ? <FirstPassword current={typed} /> : <SignInForm onTyped={setTyped} />}
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

/** A one-time password opens nothing but this: choosing one's own. */
function FirstPassword({ current }: { current: string }) {
  const [old, setOld] = useState(current);
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [differs, setDiffers] = useState(false);
  const { busy, error, run } = useSending(async () => {
    setDiffers(password !== again);
    if (password !== again) return;
    const caller = await taken(
      api.PUT("/api/v1/session/password", { body: { current: old, new: password } }),
    );
    begin(caller as Caller);
  });
  return (
    <form className="form" onSubmit={run} noValidate>
      <h1>{i18n._("Choose your password")}</h1>
      <p className="quiet">
        {i18n._("The one you were given opens this page only. Yours has 15 characters or more.")}
      </p>
      {!current && (
        <TextField
          label={i18n._("The one-time password")}
          type="password"
          autoComplete="current-password"
          value={old}
          complaint={complaintAt(error, "/current")}
          onChange={(event) => setOld(event.target.value)}
        />
      )}
      <TextField
        label={i18n._("Your password")}
        name="new-password"
        type="password"
        autoComplete="new-password"
        autoFocus
        value={password}
        complaint={complaintAt(error, "/new")}
        onChange={(event) => setPassword(event.target.value)}
      />
      <TextField
        label={i18n._("Once more")}
        name="again"
        type="password"
        autoComplete="new-password"
        value={again}
        complaint={differs ? i18n._("The two are not the same.") : undefined}
        onChange={(event) => setAgain(event.target.value)}
      />
      <Complaints sentences={refusalsOf(error, ["/new", ...(current ? [] : ["/current"])])} />
      <Button type="submit" look="primary" shortcut="↵" disabled={busy}>
        {i18n._("Keep it and go on")}
      </Button>
    </form>
  );
}

function refusalsOf(error: unknown, fields: readonly string[]): string[] {
  if (!error) return [];
  if (!(error instanceof Refused)) return [i18n._("The server does not answer. Try again in a moment.")];
  if (error.code === "wrong-credentials") return [i18n._("This name and password do not belong together.")];
  return complaintsElsewhere(error, fields);
}

/** A form that is being sent, and what came of it. */
function useSending(send: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await send();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
