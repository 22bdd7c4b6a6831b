/** The order of the list's columns: one moved to another's place, and one taken in where it stood at first. */

/** The columns with one of them at the place of another. */
export function movedTo(chosen: readonly string[], id: string, place: string): readonly string[] {
  const to = chosen.indexOf(place);
  if (id === place || to < 0 || !chosen.includes(id)) return chosen;
  const rest = chosen.filter((each) => each !== id);
  rest.splice(to, 0, id);
  return rest;
}

/** The columns with one more, behind the one that it follows at first. */
export function takenIn(chosen: readonly string[], id: string, all: readonly string[]): readonly string[] {
  const before = all.slice(0, all.indexOf(id)).filter((each) => chosen.includes(each));
  const next = [...chosen];
  next.splice(next.indexOf(before[before.length - 1] ?? "") + 1, 0, id);
  return next;
}
