import { useEffect, useRef } from "react";

/** Goes to a field that is not on the page yet: as soon as it stands there. */
export function useFocusSoon(): (selector: string) => void {
  const wanted = useRef<string | null>(null);
  useEffect(() => {
    const field = wanted.current && document.querySelector<HTMLElement>(wanted.current);
    if (!field) return;
    wanted.current = null;
    field.focus();
  });
  return (selector) => {
    wanted.current = selector;
  };
}
