import type { Command } from "../../cli/command.ts";
import { ADMIN_KEY } from "./api.ts";

type Interface = { fetch(request: Request): Response | Promise<Response> };

/**
 * Runs a command of the CLI against an HTTP interface in this process: its exit code, and the lines
 * it printed.
 */
export async function runCommand(
  command: Command,
  args: string[],
  app: Interface,
  { json = false, stdin = "", env = {} as Record<string, string> } = {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await command.run(args, {
    url: "http://server.test",
    key: ADMIN_KEY,
    json,
    env,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    stdin: (async function* () {
      yield stdin;
    })(),
    fetch: async (input, init) => app.fetch(new Request(input as URL, init)),
  });
  return { code, out, err };
}
