import type { Io } from "./command.ts";

/** The server could not be reached, or said no. The message is for the person at the terminal. */
export class ServerError extends Error {
  override name = "ServerError";
}

export type Asked = { method?: string; body?: unknown; headers?: Record<string, string> };
type Problem = { detail?: string; errors?: { path: string; message: string }[] };

/** Sends one request with the caller's key. Answers any response, also errors. */
export async function send(
  io: Io,
  path: string,
  { method = "GET", body, headers = {} }: Asked = {},
): Promise<Response> {
  const request: RequestInit = {
    method,
    headers: {
      Accept: "application/json",
      ...(io.key !== null && { Authorization: `Bearer ${io.key}` }),
      ...(body !== undefined && { "Content-Type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  try {
    return await io.fetch(new URL(path, io.url), request);
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ServerError(
      `no answer from ${io.url} (${cause}). Start one with "npm start", or name it with --url.`,
    );
  }
}

/**
 * Sends one request and answers its JSON; anything but a 2xx becomes a ServerError with the
 * server's own words.
 */
export async function ask<T>(io: Io, path: string, asked: Asked = {}): Promise<T> {
  const response = await send(io, path, asked);
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export async function refusal(response: Response): Promise<ServerError> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const fields = (problem.errors ?? [])
    .map(({ path, message }) => `\n  ${path}: ${message}`)
    .join("");
  const hint = response.status === 401 ? " Name a key with --key or STREAM_KEY." : "";
  return new ServerError(
    `the server answered ${response.status}: ${problem.detail ?? response.statusText}${hint}${fields}`,
  );
}
