import { useSyncExternalStore } from "react";
import { api } from "../api/client";
import { instantShown, onInstant } from "../api/instant";
import { leave, sessionState, subscribe } from "../api/session";

export const useSession = () => useSyncExternalStore(subscribe, sessionState);

export const useInstant = () => useSyncExternalStore(onInstant, instantShown);

/** Whether the operator holds a permission; what they may not do is not offered, and in the past nothing is done. */
export function useMay(): (permission: string) => boolean {
  const { caller } = useSession();
  const past = useInstant() !== "";
  return (permission) =>
    (!past || permission.endsWith(":read")) && (caller?.permissions.includes(permission) ?? false);
}

/** The operator's own name, as orders name it; a program has none. */
export function operatorName(actor: string | undefined): string | undefined {
  return actor?.startsWith("operator:") ? actor.slice("operator:".length) : undefined;
}

export async function signOut(): Promise<void> {
  await api.DELETE("/api/v1/session").catch(() => undefined);
  leave();
}
