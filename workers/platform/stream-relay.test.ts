import { expect, it } from "vitest";
import type { LoggedMessage } from "../../src/observability/live.ts";
import { streamRelay } from "./stream-relay.ts";

const entry = (id: number): LoggedMessage => ({
  id,
  message: { event: "posts", posts: [], at: "2026-01-15T10:00:00Z" },
});

function world() {
  let stored: Record<string, number> = {};
  const calls: { leaf: string; ids: number[]; end(listens: boolean | Error): void }[] = [];
  const root = streamRelay({
    relay: (leaf, entries) => {
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      const end = (said: boolean | Error) => (said instanceof Error ? reject(said) : resolve(said));
      calls.push({ leaf, ids: entries.map(({ id }) => id), end });
      return promise;
    },
    leaves: {
      read: () => stored,
      write: (leaves) => {
        stored = leaves;
      },
    },
  });
  return { root, calls, stored: () => stored };
}
const turn = () => new Promise((done) => setImmediate(done));

it("calls each leaf with listeners, and then once with all that came meanwhile", async () => {
  const { root, calls } = world();
  await root.publish([entry(1)]);
  root.join("leaf:1");
  root.join("leaf:2");
  const done = root.publish([entry(2)]);
  void root.publish([entry(3)]);
  void root.publish([entry(4)]);
  expect(calls.map(({ leaf, ids }) => [leaf, ids])).toEqual([
    ["leaf:1", [2]],
    ["leaf:2", [2]],
  ]);
  calls[0]?.end(true);
  await turn();
  expect(calls[2]).toMatchObject({ leaf: "leaf:1", ids: [3, 4] });
  for (const call of calls) call.end(true);
  await turn();
  calls.at(-1)?.end(true);
  await done;
});

it("forgets a leaf that nobody listens at, unless one joined in between", async () => {
  const { root, calls, stored } = world();
  root.join("leaf:1");
  const first = root.publish([entry(1)]);
  root.join("leaf:1");
  calls[0]?.end(false);
  await first;
  expect(root.names()).toEqual(["leaf:1"]);
  const second = root.publish([entry(2)]);
  calls[1]?.end(false);
  await second;
  expect(stored()).toEqual({});
});

it("keeps a leaf whose call failed", async () => {
  const { root, calls } = world();
  root.join("leaf:1");
  const first = root.publish([entry(1)]);
  calls[0]?.end(new Error("reset"));
  await first;
  void root.publish([entry(2)]);
  expect(calls[1]?.ids).toEqual([2]);
});
