export interface FieldError {
  field: string;
  message: string;
  /** Of the wrong character in a text, counted from 0. */
  position?: number | null;
}

/** What the API refused and why (RFC 9457), or that it could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldError[] = [],
  ) {
    super(detail || title);
    this.name = "ApiError";
  }
}

export function unreachable(cause: unknown): ApiError {
  const detail = `The server is not responding (${cause instanceof Error ? cause.message : String(cause)}).`;
  return new ApiError(0, "Server unreachable", detail);
}

/** Turn an answer's body into an error; bodies that are no problem details keep their text. */
export function toApiError(status: number, body: unknown): ApiError {
  if (typeof body === "object" && body !== null) {
    const problem = body as { title?: unknown; detail?: unknown; errors?: unknown };
    const title = typeof problem.title === "string" ? problem.title : `Error ${status}`;
    const detail = typeof problem.detail === "string" ? problem.detail : title;
    return new ApiError(status, title, detail, fieldErrors(problem.errors));
  }
  return new ApiError(
    status,
    `Error ${status}`,
    typeof body === "string" && body ? body : `The server answered with status ${status}.`,
  );
}

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (item): item is FieldError => typeof item?.field === "string" && typeof item?.message === "string",
  );
}

/** Whether the session has ended, or there never was one. */
export const isSignedOut = (error: unknown) => error instanceof ApiError && error.status === 401;

/** A refusal will not change by asking again; an outage may. */
export function isWorthRetrying(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status === 0 || error.status >= 500;
}
