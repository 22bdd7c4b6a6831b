/** A one-time password opens nothing but this: choosing one's own. */

import { i18n } from "@lingui/core";
import { useState } from "react";
import { api, taken } from "../api/client";
import { complaintAt } from "../api/problems";
import { begin, type Caller } from "../api/session";
import { Button } from "../parts/button";
import { Complaints, TextField } from "../parts/field";
import { refusalsOf, useSending } from "./sending";

export default function FirstPassword({ current }: { current: string }) {
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
