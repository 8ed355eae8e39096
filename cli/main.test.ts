import { afterEach, expect, it, vi } from "vitest";
import { main } from "./main.ts";

afterEach(() => vi.restoreAllMocks());

/** Runs the command line; what it writes to either stream, and its exit code. */
async function typed(...argv: string[]) {
  const said: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  vi.spyOn(console, "error").mockImplementation((text) => void said.push(String(text)));
  const code = await main(argv);
  vi.restoreAllMocks();
  return { code, said: said.join("\n") };
}

it.each([
  [["help"], 0, /^npm run -s stream -- COMMAND/],
  [["--help"], 0, /^npm run -s stream -- COMMAND/],
  [["help", "rules"], 0, /^stream rules check/],
  [["rules", "--help"], 0, /^stream rules check/],
  [[], 2, /^npm run -s stream -- COMMAND/],
  [["evnts"], 2, /^stream: there is no command "evnts"; did you mean events\?$/],
  [["nonsense"], 2, /^stream: there is no command "nonsense"; --help lists them$/],
  [["events", "--url", "nowhere"], 2, /^stream: --url is not an address: nowhere$/],
])("answers %j with exit code %i", async (argv, code, text) => {
  const answer = await typed(...argv);
  expect(answer.said).toMatch(text);
  expect(answer.code).toBe(code);
});
