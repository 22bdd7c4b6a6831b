/** A section waits for what it is about, and says so where it cannot be read. */

import { type UseQueryOptions, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Bones } from "../parts/bones";
import { Complaints } from "../parts/field";
import { sentenceOf } from "../parts/refused";

interface Props<T> {
  // biome-ignore lint/suspicious/noExplicitAny: the key of a query is its own
  query: UseQueryOptions<T, Error, T, any>;
  children: (data: T) => ReactNode;
}

export function Read<T>({ query, children }: Props<T>) {
  const { data, error } = useQuery(query);
  if (data !== undefined) return children(data);
  return error ? <Complaints sentences={[sentenceOf(error)]} /> : <Bones />;
}
