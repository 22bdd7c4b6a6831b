/** A form of the sign-in that is being sent, and what the server said of it. */

import { i18n } from "@lingui/core";
import { type FormEvent, useState } from "react";
import { complaintsElsewhere, Refused } from "../api/problems";

/** What was refused and stands at none of these fields. */
export function refusalsOf(error: unknown, fields: readonly string[]): string[] {
  if (!error) return [];
  if (!(error instanceof Refused)) return [i18n._("The server does not answer. Try again in a moment.")];
  if (error.code === "wrong-credentials") return [i18n._("This name and password do not belong together.")];
  return complaintsElsewhere(error, fields);
}

/** A form that is being sent, and what came of it. */
export function useSending(send: () => Promise<void>) {
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
