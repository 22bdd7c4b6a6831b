/** The order of the list's columns: one moved to another's place. */

/** The columns with one of them at the place of another. */
export function movedTo(chosen: readonly string[], id: string, place: string): readonly string[] {
  const to = chosen.indexOf(place);
  if (id === place || to < 0 || !chosen.includes(id)) return chosen;
  const rest = chosen.filter((each) => each !== id);
  rest.splice(to, 0, id);
  return rest;
}
