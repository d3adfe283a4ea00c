/** Requests to the engine, with the session cookie of this browser. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** As the engine calls it, e.g. "AccessDeniedException". */
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

type Listener = () => void;
const overListeners = new Set<Listener>();

/** Calls back when the engine says that nobody is logged in any more; returns how to stop. */
export function onSessionOver(listener: Listener): () => void {
  overListeners.add(listener);
  return () => overListeners.delete(listener);
}

/** Throws ApiError; status 0 where the engine cannot be reached. */
export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "Unreachable", "");
  }
  if (answer.ok) return (await answer.json()) as T;
  if (answer.status === 401 && path !== LOGIN) for (const each of overListeners) each();
  throw await problem(answer);
}

export const LOGIN = "/earshot/v1/login";

async function problem(answer: Response): Promise<ApiError> {
  const type = answer.headers.get("x-amzn-ErrorType") ?? "";
  const told = await answer.json().catch(() => ({}));
  return new ApiError(answer.status, type, told.Message ?? answer.statusText);
}
