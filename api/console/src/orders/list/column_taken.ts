/** A column that the list shows from now on stands where it stood at first. */

/** The columns with one more, behind the one that it follows at first. */
export function takenIn(chosen: readonly string[], id: string, all: readonly string[]): readonly string[] {
  const before = all.slice(0, all.indexOf(id)).filter((each) => chosen.includes(each));
  const next = [...chosen];
  next.splice(next.indexOf(before[before.length - 1] ?? "") + 1, 0, id);
  return next;
}
