/** Requests to the engine, with the session cookie of this browser, typed by its OpenAPI. */

import createClient from "openapi-fetch";
import type { components, paths } from "../generated/openapi";

export type Schemas = components["schemas"];

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

/** Its methods take a path of the document, and what that path wants. */
export const engine = createClient<paths>();

engine.use({
  onError: () => new ApiError(0, "Unreachable", ""),
  onResponse: async ({ response, schemaPath }) => {
    if (response.ok) return;
    if (response.status === 401 && schemaPath !== LOGIN) for (const each of overListeners) each();
    throw await problem(response);
  },
});

export const LOGIN = "/earshot/v1/login";

/** What was answered. Throws ApiError; status 0 where the engine cannot be reached. */
export async function ask<T>(asked: Promise<{ data?: T }>): Promise<T> {
  return (await asked).data as T;
}

async function problem(answer: Response): Promise<ApiError> {
  const type = answer.headers.get("x-amzn-ErrorType") ?? "";
  const told = await answer.json().catch(() => ({}));
  return new ApiError(answer.status, type, told.Message ?? answer.statusText);
}
