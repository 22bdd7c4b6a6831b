/** The API as its own description types it; answers that refuse become a `Refused` with the problem document. */

import createClient from "openapi-fetch";
import { isProblem, Refused, Unreachable } from "./problems";
import type { components, paths } from "./schema";
import { fetchSignedIn } from "./session";

type Schemas = components["schemas"];
export type Money = Schemas["MoneyAnswer"];
export type OrderRow = Schemas["OrderRowAnswer"];
export type Order = Schemas["OrderAnswer"];
export type Line = Schemas["LineAnswer"];
export type Address = Schemas["AddressAnswer"];
export type Status = Schemas["StatusAnswer"];
export type Shop = Schemas["ShopAnswer"];
export type TimelineEntry = Schemas["TimelineAnswer"];
export type FieldChange = Schemas["FieldChangeAnswer"];
export type Figures = Schemas["FiguresAnswer"];
export type MovePreview = Schemas["PreviewAnswer"];
export type SavedView = Schemas["SavedViewAnswer"];
export type Job = Schemas["JobAnswer"];
export type BulkForm = Schemas["BulkForm"];
export type BulkPreview = Schemas["BulkPreviewAnswer"];
export type Summary = Schemas["SummaryAnswer"];
export type GoodsPreview = Schemas["GoodsPreviewAnswer"];

export const api = createClient<paths>({ fetch: fetchSignedIn });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer; raises `Refused` with the problem, `Unreachable` where no answer came. */
export async function taken<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (answer.error !== undefined || !answer.response.ok) {
    if (isProblem(answer.error)) throw new Refused(answer.error);
    throw new Unreachable();
  }
  return answer.data as T;
}

/** The headers of a write on a version of an order, done once however often it is sent under this key. */
export function writing(key: string, version?: number): Record<string, string> {
  return version === undefined
    ? { "Idempotency-Key": key }
    : { "Idempotency-Key": key, "If-Match": `"${version}"` };
}

/** What was read, with the version that a decision on it stands on. */
export interface Versioned<T> {
  data: T;
  version: number;
}

/** The body of an answer with the version that its ETag tells; refusals as `taken` tells them. */
export async function versioned<T>(call: Promise<Answer<T>>): Promise<Versioned<T>> {
  const answer = await call.catch(() => undefined);
  const data = await taken(answer ? Promise.resolve(answer) : call);
  return { data, version: Number(answer?.response.headers.get("ETag")?.replace(/\D/g, "") ?? 0) };
}
