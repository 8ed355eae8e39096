const KEY = "event-stream-key";

/** A key may come in the address as #key=…: taken out at once, kept for this tab only. */
export function takeKeyFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given === null) return;
  setKey(given);
  history.replaceState(null, "", location.pathname + location.search);
}

export const getKey = () => sessionStorage.getItem(KEY);
export const setKey = (key) =>
  key ? sessionStorage.setItem(KEY, key) : sessionStorage.removeItem(KEY);

export const authorization = () => (getKey() ? { Authorization: `Bearer ${getKey()}` } : {});

/**
 * A change, and what the server answered; null when that has no body. A failure carries its status,
 * the server's own words, and the errors of its fields.
 */
export async function write(method, path, body) {
  const headers = { "Content-Type": "application/json", ...authorization() };
  const response = await fetch(path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await failure(response);
  return response.status === 204 ? null : response.json();
}

async function failure(response) {
  const { detail, errors = [] } = await response.json().catch(() => ({}));
  return Object.assign(new Error(detail ?? `${response.status} ${response.statusText}`), {
    status: response.status,
    errors,
  });
}

/**
 * JSON from this server, never an old copy of the browser's; a failure carries its status and the
 * server's own words.
 */
export async function read(path) {
  const response = await fetch(path, {
    cache: "no-cache",
    headers: { Accept: "application/json", ...authorization() },
  });
  if (response.ok || path === "/healthz") return response.json();
  throw await failure(response);
}
