import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { watchRules } from "./rules-watch.ts";

/** A watched folder and a server that gives these answers, the last one again and again. */
function watched(answers: (number | "down")[]) {
  const dir = mkdtempSync(join(tmpdir(), "rules-watch-"));
  const file = join(dir, "rules.yml");
  writeFileSync(file, "version: 1\n");
  const sent: string[] = [];
  const lines: string[] = [];
  const server = {
    url: "http://server.test",
    key: null,
    fetch: async (_: unknown, init?: RequestInit) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)];
      sent.push(String(init?.body));
      if (answer === "down") throw new TypeError("refused");
      return Response.json({ sha: "a".repeat(64), detail: "no" }, { status: Number(answer) });
    },
  };
  const stop = watchRules(server, dir, (line) => lines.push(line), { first: 20, last: 40 });
  onTestFinished(stop);
  return { save: (text: string) => writeFileSync(file, text), sent, lines };
}

it("tries a push that failed again until it arrives, and logs the first failure alone", async () => {
  const { save, sent, lines } = watched(["down", 503, 429, 200]);
  save("version: 2\n");
  await vi.waitFor(() => expect(lines).toHaveLength(2), 5_000);
  expect(sent).toEqual(Array(4).fill("version: 2\n"));
  expect(lines).toEqual([
    expect.stringContaining("could not be sent"),
    expect.stringContaining("is in use as aaaaaaaaaaaa"),
  ]);
});

it("sends a refused file again only when it changes", async () => {
  const { save, sent, lines } = watched([422, 200]);
  save("version: 2\n");
  await vi.waitFor(() => expect(lines).toHaveLength(1), 5_000);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(sent).toHaveLength(1);
  save("version: 3\n");
  await vi.waitFor(() => expect(lines).toHaveLength(2), 5_000);
  expect(sent).toEqual(["version: 2\n", "version: 3\n"]);
});
