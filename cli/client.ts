/** A running server, and how to call it. */
export type ServerAccess = {
  url: string;
  /** Sent as a bearer token; null when none is known. */
  key: string | null;
  /** Gives up a request after this time; without it a request may take as long as it likes. */
  timeoutMs?: number;
  fetch?: typeof fetch;
};

/** The server did not answer, or refused. The message is for the person at the terminal. */
export class ServerError extends Error {
  override name = "ServerError";
}

/** `body` is sent as JSON; with a `contentType` of its own it is sent as it is. */
export type ServerRequest = {
  method?: string;
  body?: unknown;
  contentType?: string;
  headers?: Record<string, string>;
};

/** Answers any response, errors too. Throws a ServerError when there is none. */
export async function send(
  server: ServerAccess,
  path: string,
  { method = "GET", body, contentType, headers = {} }: ServerRequest = {},
): Promise<Response> {
  const request: RequestInit = {
    method,
    headers: {
      Accept: "application/json",
      ...(server.key !== null && { Authorization: `Bearer ${server.key}` }),
      ...(body !== undefined && { "Content-Type": contentType ?? "application/json" }),
      ...headers,
    },
    ...(body !== undefined && {
      body: contentType === undefined ? JSON.stringify(body) : String(body),
    }),
    ...(server.timeoutMs !== undefined && { signal: AbortSignal.timeout(server.timeoutMs) }),
  };
  try {
    return await (server.fetch ?? fetch)(new URL(path, server.url), request);
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ServerError(
      `no answer from ${server.url} (${cause}). Start a server with "npm start", or name one ` +
        `with --url.`,
    );
  }
}

/** Answers the JSON of one request; every status but 2xx becomes a ServerError. */
export async function ask<T>(
  server: ServerAccess,
  path: string,
  request: ServerRequest = {},
): Promise<T> {
  const response = await send(server, path, request);
  if (!response.ok) throw await refusal(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

type ProblemAnswer = {
  title?: string;
  detail?: string;
  errors?: { path: string; message: string }[];
};

/** The error of a response that refuses: the status, the server's own words, and each field. */
export async function refusal(response: Response): Promise<ServerError> {
  const problem = problemIn(await response.text());
  const words = problem.detail ?? problem.title ?? response.statusText;
  const fields = (problem.errors ?? [])
    .map(({ path, message }) => `\n  ${path}: ${message}`)
    .join("");
  const hint = response.status === 401 ? " Name a key with --key or STREAM_KEY." : "";
  return new ServerError(`the server answered ${response.status}: ${words}${hint}${fields}`);
}

function problemIn(text: string): ProblemAnswer {
  try {
    return JSON.parse(text) as ProblemAnswer;
  } catch {
    return text === "" ? {} : { detail: text.slice(0, 200) };
  }
}
