import { useSyncExternalStore } from "react";

/** Whether the page is that wide or narrow now. */
export function useMedia(query: string): boolean {
  const list = matchMedia(query);
  return useSyncExternalStore(
    (listener) => {
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    () => list.matches,
  );
}

export const PHONE = "(max-width: 640px)";
/** Too narrow for a list and an order beside it. */
export const NARROW = "(max-width: 1000px)";
