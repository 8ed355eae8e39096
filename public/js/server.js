/** @import { FieldError } from "../types.d.ts" */

const KEY = "event-stream-key";

/**
 * Takes a key out of the address at once, and keeps one for this tab alone: that of #key=…, or in
 * place of #once=… the next of its kind. The one of the address then ends, so that the browser's
 * history holds none. Answers whether a key came late; rejects when the link was used before.
 */
export async function takeKeyFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const [key, once] = [given.get("key"), given.get("once")];
  if (key === null && once === null) return false;
  history.replaceState(null, "", location.pathname + location.search);
  setKey(once === null ? (key ?? "") : await exchanged(once));
  return once !== null;
}

/** @param {string} key `ess_id.secret` */
async function exchanged(key) {
  const id = /^[^_]*_([^.]*)/.exec(key)?.[1] ?? "";
  const response = await ask(`/keys/${encodeURIComponent(id)}/rotate`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
    body: JSON.stringify({ overlap_seconds: 0 }),
  });
  if (!response.ok) throw await failure(response);
  return (await json(response)).key;
}

export const getKey = () => sessionStorage.getItem(KEY);

/** @param {string} key empty: forget the key */
export const setKey = (key) =>
  key ? sessionStorage.setItem(KEY, key) : sessionStorage.removeItem(KEY);

/** @returns {Record<string, string>} */
export const authorization = () => {
  const key = getKey();
  // A header holds Latin-1 only: another character would make fetch throw. No key has one.
  return key ? { Authorization: `Bearer ${key.replace(/[^\x20-\x7e]/g, "?")}` } : {};
};

/**
 * A request that failed: the HTTP status, the server's own words, and the errors of fields. The
 * status is 0 when the server did not answer, or not in JSON.
 */
export class RequestError extends Error {
  /**
   * @param {string} message
   * @param {number} [status]
   * @param {FieldError[]} [errors]
   */
  constructor(message, status = 0, errors = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }

  /** True when another key may help. */
  get needsKey() {
    return this.status === 401 || this.status === 403;
  }
}

/**
 * What went wrong, for people. An error that is not a failed request is a mistake of the page: it
 * goes to the console too.
 * @param {unknown} error
 */
export function requestError(error) {
  if (error instanceof RequestError) return error;
  console.error(error);
  return new RequestError(error instanceof Error ? error.message : String(error));
}

/**
 * Sends a change and answers what the server said; null when that has no body.
 * @param {"POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>} rejects with a RequestError alone
 */
export async function write(method, path, body) {
  const response = await ask(path, {
    method,
    headers: { "Content-Type": "application/json", ...authorization() },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await failure(response);
  return response.status === 204 ? null : json(response);
}

/**
 * Reads JSON from this server, never an old copy of the browser's.
 * @param {string} path
 * @param {readonly number[]} [alsoGood] statuses whose body is an answer too
 * @returns {Promise<any>} rejects with a RequestError alone
 */
export async function read(path, alsoGood = []) {
  const response = await ask(path, {
    cache: "no-cache",
    headers: { Accept: "application/json", ...authorization() },
  });
  if (response.ok || alsoGood.includes(response.status)) return json(response);
  throw await failure(response);
}

/**
 * @param {string} path
 * @param {RequestInit} init
 */
const ask = (path, init) =>
  fetch(path, init).catch(() => {
    throw new RequestError("The server does not answer.");
  });

/** @param {Response} response */
const json = (response) =>
  response.json().catch(() => {
    throw new RequestError("The server's answer cannot be read.");
  });

/** @param {Response} response */
async function failure(response) {
  const body = await response.json().catch(() => null);
  const detail = typeof body?.detail === "string" ? body.detail : "";
  return new RequestError(
    detail || `${response.status} ${response.statusText}`.trim(),
    response.status,
    Array.isArray(body?.errors) ? body.errors : [],
  );
}
