/** To the form that changes what an order holds, with the filters of the list it came from. */

import { useNavigate, useSearch } from "@tanstack/react-router";

export function useEdit(id: string | undefined): () => void {
  const navigate = useNavigate();
  const search = useSearch({ from: "/orders/$id" });
  return () => id && void navigate({ to: "/orders/$id/edit", params: { id }, search });
}
