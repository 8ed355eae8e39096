import { existsSync, readFileSync, watch } from "node:fs";
import { basename, join } from "node:path";
import { refusal, type ServerAccess, send } from "../cli/client.ts";

/** The route that replaces each file. */
const ROUTES: Record<string, string> = {
  "rules.yml": "/rules",
  "alerts.yml": "/lists/alerts",
  "authors.yml": "/lists/authors",
  "blacklist.yml": "/lists/blacklist",
  "coins.yml": "/lists/coins",
  // A file whose routes are all commented out ends the routing.
  "routes.yml": "/routes?empty=yes",
};

/** First wait before a failed push is tried again; doubled each time, up to the last. */
const RETRY_MS = { first: 1_000, last: 30_000 };
const SETTLED_MS = 150;

type PushResult = { kind: "sent" | "refused" | "failed"; line: string };

/** A refusal stands until the file changes; a failure may pass. */
async function push(server: ServerAccess, file: string, route: string): Promise<PushResult> {
  const name = `rules/${basename(file)}`;
  try {
    const body = readFileSync(file, "utf8");
    const response = await send(server, route, { method: "PUT", contentType: "text/yaml", body });
    if (response.ok) {
      const { sha } = (await response.json()) as { sha?: string };
      return { kind: "sent", line: `✓ ${name} is in use${sha ? ` as ${sha.slice(0, 12)}` : ""}` };
    }
    const { message } = await refusal(response);
    return response.status >= 500 || response.status === 429
      ? { kind: "failed", line: `✗ ${name} could not be sent: ${message}` }
      : {
          kind: "refused",
          line: `✗ ${name} was refused, the version before stays in use: ${message}`,
        };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "failed", line: `✗ ${name} could not be sent: ${message}` };
  }
}

/**
 * Sends a rules file to the running product whenever it is saved. Editors save in several steps, so
 * it waits until the file has not changed for 150 ms. A push that fails is tried again until it
 * arrives or the file changes; only the first failure is logged.
 */
export function watchRules(
  server: ServerAccess,
  dir: string,
  log: (line: string) => void,
  retry = RETRY_MS,
): () => void {
  const last = new Map<string, string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;
  const read = (name: string) =>
    existsSync(join(dir, name)) ? readFileSync(join(dir, name), "utf8") : undefined;
  for (const name of Object.keys(ROUTES)) last.set(name, read(name) ?? "");

  const schedule = (name: string, ms: number, work: () => void) => {
    clearTimeout(timers.get(name));
    if (!stopped) timers.set(name, setTimeout(work, ms));
  };
  const attempt = async (name: string, route: string, waitMs: number) => {
    const text = read(name);
    const { kind, line } = await push(server, join(dir, name), route);
    if (stopped) return;
    if (kind !== "failed" || waitMs === retry.first) log(line);
    // A save while the push was under way has its own attempt.
    if (kind === "failed" && text === last.get(name))
      schedule(name, waitMs, () => {
        void attempt(name, route, Math.min(waitMs * 2, retry.last));
      });
  };
  const changed = (name: string) => {
    const route = ROUTES[name];
    const text = read(name);
    if (route === undefined || text === undefined || text === last.get(name)) return;
    last.set(name, text);
    void attempt(name, route, retry.first);
  };
  const watcher = watch(dir, (_, name) => {
    if (name !== null && read(name) !== last.get(name))
      schedule(name, SETTLED_MS, () => changed(name));
  });
  watcher.on("error", (error) => log(`! rules are no longer watched: ${error.message}`));
  return () => {
    stopped = true;
    watcher.close();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
