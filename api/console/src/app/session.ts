import { useSyncExternalStore } from "react";
import { sessionState, subscribe } from "../api/session";

export const useSession = () => useSyncExternalStore(subscribe, sessionState);

/** Whether the operator holds a permission; what they may not do is not offered. */
export function useMay(): (permission: string) => boolean {
  const { caller } = useSession();
  return (permission) => caller?.permissions.includes(permission) ?? false;
}

/** The operator's own name, as orders name it; a program has none. */
export function operatorName(actor: string | undefined): string | undefined {
  return actor?.startsWith("operator:") ? actor.slice("operator:".length) : undefined;
}
