import { expect, it } from "vitest";
import { RawPost } from "../src/model/raw-post.ts";
import { stageRunner } from "./commands/run/stages.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const POST = RawPost.parse({
  source: "x",
  id: "1",
  author: "alice",
  text: "The new liquidity pool of $DEMO on Ethereum opened this morning.",
  postedAt: "2026-11-20T10:00:00.000Z",
});
const runWith = (env: Record<string, string>) =>
  stageRunner({
    rules: undefined,
    facts: undefined,
    warn: () => undefined,
    now: () => NOW,
    env,
  })(POST, "filter");

it("reads an empty setting as unset", async () => {
  const usual = await runWith({});
  expect(usual).toMatchObject({ outcome: "kept" });
  expect(await runWith({ SPAM_FROM: "", LANGUAGES: " " })).toEqual(usual);
});

it("reads codes of languages in any case", async () => {
  expect(await runWith({ LANGUAGES: "EN" })).toMatchObject({ outcome: "kept" });
  expect(await runWith({ LANGUAGES: "DE" })).toMatchObject({ outcome: "dropped" });
});

it.each([
  [{ LANGUAGES: "english" }, /LANGUAGES .*is en meant\?/],
  [{ SPAM_FROM: "50%" }, /SPAM_FROM must be a plain number/],
])("refuses %j by name", (env, message) => {
  expect(() => runWith(env)).toThrow(message);
});
