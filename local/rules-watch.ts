import { existsSync, readFileSync, watch } from "node:fs";
import { basename, join } from "node:path";
import { ask, problemOf, type Server } from "./ask.ts";

/** Which file is replaced by which route. */
const routes: Record<string, string> = {
  "rules.yml": "/rules",
  "authors.yml": "/lists/authors",
  "blacklist.yml": "/lists/blacklist",
};

async function put(server: Server, file: string, route: string): Promise<string> {
  const name = `rules/${basename(file)}`;
  const response = await ask(server, route, {
    method: "PUT",
    headers: { "content-type": "text/yaml" },
    body: readFileSync(file, "utf8"),
  });
  if (!response.ok)
    return `✗ ${name} was not taken; the one before stays in use. ${await problemOf(response)}`;
  const answer = (await response.json()) as { sha?: string; version?: string };
  return `✓ ${name} is in use${answer.sha ? ` as ${answer.sha.slice(0, 12)}` : ""}`;
}

/**
 * Sends a rules file to the running product whenever it is saved. Editors save in several steps, so
 * it waits for quiet.
 */
export function watchRules(server: Server, dir: string, say: (line: string) => void): () => void {
  const last = new Map<string, string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;
  const read = (name: string) =>
    existsSync(join(dir, name)) ? readFileSync(join(dir, name), "utf8") : undefined;
  for (const name of Object.keys(routes)) last.set(name, read(name) ?? "");

  const changed = (name: string) => {
    const route = routes[name];
    const text = read(name);
    if (route === undefined || text === undefined || text === last.get(name)) return;
    last.set(name, text);
    put(server, join(dir, name), route).then(say, (error) => {
      if (!stopped) say(`✗ rules/${name} could not be sent: ${error.message}`);
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
  watcher.on("error", (error) => say(`! rules are no longer watched: ${error.message}`));
  return () => {
    stopped = true;
    watcher.close();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}
