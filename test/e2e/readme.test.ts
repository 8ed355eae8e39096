import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestStack, type TestStack } from "./stack.ts";

/** What README.md shows, as it stands there. */
const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const EXAMPLE = README.slice(README.indexOf("## From a rule to Telegram"));
const part = (pattern: RegExp): string => {
  const found = pattern.exec(EXAMPLE)?.[1];
  if (found === undefined) throw new Error(`README.md has no ${pattern}`);
  return found;
};

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
}, 300_000);
afterAll(() => stack?.stop());

const call = (path: string, method: string, body: string, type = "application/json") =>
  fetch(`${stack.url}${path}`, {
    method,
    body,
    headers: { authorization: `Bearer ${stack.key}`, "content-type": type },
  });

it("goes from the rule to one message on Telegram", { timeout: 120_000 }, async () => {
  const rules = await call("/rules", "PUT", part(/```yaml\n([\s\S]*?)```/), "text/plain");
  expect(rules.status, await rules.text()).toBe(200);
  const settings = { chat_id: part(/channels add telegram desk chat_id=(\S+)/) };
  const body = JSON.stringify({ kind: "telegram", name: "desk", settings });
  const channel = await call("/channels", "POST", body);
  expect(channel.status, await channel.text()).toBe(201);
  const posts = await call("/ingest", "POST", part(/-d '(\{"posts"[\s\S]*?)'/));
  expect(posts.status, await posts.text()).toBe(202);
  const sent = async () => {
    const reply = await fetch(`${stack.emulators}/requests/telegram`);
    const text = await reply.text();
    return text.split("sendMessage").length - 1;
  };
  await expect.poll(sent, { timeout: 60_000, interval: 500 }).toBeGreaterThan(0);
  const seen = await (await fetch(`${stack.emulators}/requests/telegram`)).text();
  for (const words of ["QUILL", "An exchange lists it", "Several people say so"])
    expect(seen).toContain(words);
});
