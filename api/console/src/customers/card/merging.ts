/** A merge as the API does it: one card becomes part of the other, which then says what was chosen; and back again. */

import { api, type Versioned, versioned, writing } from "../../api/client";
import { CARD_FIELDS, type Card, type CardField } from "../data";
import { part } from "./merged";

/** By field, the id of the card whose text stays; what is left out is the survivor's, or the other's where it has none. */
export type Choice = Partial<Record<CardField, string>>;

type Changes = Partial<Record<CardField, string>>;

/** What the card that stays is to say otherwise than it does. */
export function chosenChanges(survivor: Card, merged: Card, choice: Choice): Changes {
  const changes: Changes = {};
  for (const name of CARD_FIELDS) {
    const id = choice[name] ?? (survivor[name] ? survivor.id : merged.id);
    const text = id === merged.id ? merged[name] : survivor[name];
    if (text !== survivor[name]) changes[name] = text;
  }
  return changes;
}

export interface Merged {
  mergedId: string;
  mergedVersion: number;
  changes: Changes;
  answers: Versioned<Card>[];
}

export async function mergeCards(
  survivor: Versioned<Card>,
  merged: Versioned<Card>,
  changes: Changes,
  reason: string,
): Promise<Merged> {
  const said = reason ? { reason } : {};
  const answer = await versioned(
    api.POST("/api/v1/customers/{customer_id}/merge", {
      params: { path: { customer_id: merged.data.id } },
      body: { into: survivor.data.id, into_version: survivor.version, ...said },
      headers: writing(crypto.randomUUID(), merged.version),
    }),
  );
  const answers = [answer];
  if (Object.keys(changes).length) answers.push(await write(survivor.data.id, { ...changes, ...said }));
  return { mergedId: merged.data.id, mergedVersion: answer.version, changes, answers };
}

/** The two cards as they were: what the survivor was told goes first, for an address belongs to one card. */
export async function takeMergeBack(done: Merged, before: Card): Promise<Versioned<Card>[]> {
  const told = Object.keys(done.changes) as CardField[];
  const answers = told.length
    ? [await write(before.id, Object.fromEntries(told.map((name) => [name, before[name]])))]
    : [];
  return [...answers, await part(done.mergedId, done.mergedVersion)];
}

const write = (id: string, body: Changes & { reason?: string }) =>
  versioned(
    api.PATCH("/api/v1/customers/{customer_id}", {
      params: { path: { customer_id: id } },
      body,
      headers: writing(crypto.randomUUID()),
    }),
  );
