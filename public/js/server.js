const KEY = "event-stream-key";

/** A key may come in the address as #key=…: taken out at once, kept for this tab only. */
export function takeKeyFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given === null) return;
  setKey(given);
  history.replaceState(null, "", location.pathname + location.search);
}

export const getKey = () => sessionStorage.getItem(KEY);
export const setKey = (key) => (key ? sessionStorage.setItem(KEY, key) : sessionStorage.removeItem(KEY));

export const authorization = () => (getKey() ? { Authorization: `Bearer ${getKey()}` } : {});

/** JSON from this server, never an old copy of the browser's; a failure carries its status and the server's own words. */
export async function read(path) {
  const response = await fetch(path, { cache: "no-cache", headers: { Accept: "application/json", ...authorization() } });
  if (response.ok || path === "/healthz") return response.json();
  const problem = await response.json().catch(() => ({}));
  throw Object.assign(new Error(problem.detail ?? `${response.status} ${response.statusText}`), { status: response.status });
}
