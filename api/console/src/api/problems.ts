/** Refusals of the server (RFC 9457) and how a form finds the ones of its fields. */

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { pointer?: string; parameter?: string; code: string; detail: string }[];
  details?: Record<string, unknown>;
}

export function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" && value !== null && "type" in value && "status" in value && "detail" in value
  );
}

/** The server understood and refused. */
export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }

  get code(): string {
    return this.problem.type.replace("/problems/", "");
  }

  get isStale(): boolean {
    return this.problem.status === 412;
  }
}

/** No answer came, or one that says nothing: the line, or the server, is away. */
export class Unreachable extends Error {}

/** Whether asking again by itself makes sense. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof Unreachable ||
    (error instanceof Refused && [429, 502, 503, 504].includes(error.problem.status))
  );
}

/** The sentence that stands at a field, by its JSON pointer or the name of its parameter; none: undefined. */
export function complaintAt(error: unknown, place: string): string | undefined {
  if (!(error instanceof Refused)) return undefined;
  const found = error.problem.errors?.find((each) => each.pointer === place || each.parameter === place);
  return found?.detail;
}

/** The complaints that stand at none of the fields a form shows. */
export function complaintsElsewhere(error: unknown, places: readonly string[]): string[] {
  if (!(error instanceof Refused)) return [];
  const errors = error.problem.errors ?? [];
  const elsewhere = errors.filter((each) => !places.includes(each.pointer ?? each.parameter ?? ""));
  if (errors.length === 0) return [error.problem.detail];
  return elsewhere.map((each) => each.detail);
}
