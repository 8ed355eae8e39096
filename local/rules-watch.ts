import { existsSync, readFileSync, watch } from "node:fs";
import { basename, join } from "node:path";
import { refusal, type ServerAccess, send } from "../cli/client.ts";

/** The route that replaces each file. */
const ROUTES: Record<string, string> = {
  "rules.yml": "/rules",
  "authors.yml": "/lists/authors",
  "blacklist.yml": "/lists/blacklist",
  "coins.yml": "/lists/coins",
};

async function put(server: ServerAccess, file: string, route: string): Promise<string> {
  const name = `rules/${basename(file)}`;
  const response = await send(server, route, {
    method: "PUT",
    contentType: "text/yaml",
    body: readFileSync(file, "utf8"),
  });
  if (!response.ok)
    return (
      `✗ ${name} was refused, the version before stays in use: ` +
      `${(await refusal(response)).message}`
    );
  const answer = (await response.json()) as { sha?: string; version?: string };
  return `✓ ${name} is in use${answer.sha ? ` as ${answer.sha.slice(0, 12)}` : ""}`;
}

/**
 * Sends a rules file to the running product whenever it is saved. Editors save in several steps, so
 * it waits until the file has not changed for 150 ms.
 */
export function watchRules(
  server: ServerAccess,
  dir: string,
  log: (line: string) => void,
): () => void {
  const last = new Map<string, string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;
  const read = (name: string) =>
    existsSync(join(dir, name)) ? readFileSync(join(dir, name), "utf8") : undefined;
  for (const name of Object.keys(ROUTES)) last.set(name, read(name) ?? "");

  const changed = (name: string) => {
    const route = ROUTES[name];
    const text = read(name);
    if (route === undefined || text === undefined || text === last.get(name)) return;
    last.set(name, text);
    put(server, join(dir, name), route).then(log, (error) => {
      if (!stopped) log(`✗ rules/${name} could not be sent: ${error.message}`);
    });
  };
  const watcher = watch(dir, (_, name) => {
    if (name === null) return;
    clearTimeout(timers.get(name));
    timers.set(
      name,
      setTimeout(() => changed(name), 150),
    );
  });
  watcher.on("error", (error) => log(`! rules are no longer watched: ${error.message}`));
  return () => {
    stopped = true;
    watcher.close();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
