import { expect, it } from "vitest";
import { openStream } from "../../../workers/platform/websocket.ts";
import { type JetstreamListener, type JetstreamPorts, jetstreamActor } from "./connection.ts";
import { interestIn } from "./index.ts";

const START = Date.UTC(2026, 10, 20, 10);

function setUp(more: Partial<JetstreamPorts> = {}) {
  let now = START;
  const accepted: string[] = [];
  const leftOut: string[] = [];
  const opens: (string | null)[] = [];
  const listeners: JetstreamListener[] = [];
  let closed = 0;
  const memory: JetstreamPorts["memory"] = { cursor: null };
  const world = { database: "ok" as "ok" | "unavailable", refuse: false };
  const actor = jetstreamActor({
    now: () => now,
    interest: interestIn(["defi"]),
    open: async (cursor, listener) => {
      opens.push(cursor);
      if (world.refuse) throw new Error("refused");
      listeners.push(listener);
      return { close: () => closed++ };
    },
    leftOut: (reason) => void leftOut.push(reason),
    ingest: async (posts) => {
      if (world.database === "ok") accepted.push(...posts.map((post) => post.text));
      return world.database;
    },
    memory,
    ...more,
  });
  const frame = (text: string, seconds: number) =>
    JSON.stringify({
      did: "did:plc:a",
      time_us: (START + seconds * 1_000) * 1_000,
      kind: "commit",
      commit: {
        operation: "create",
        collection: "app.bsky.feed.post",
        rkey: `r${seconds}`,
        record: { text, createdAt: "2026-11-20T09:59:59.000Z", langs: ["en"] },
      },
    });
  const say = (text: string, seconds: number) => listeners.at(-1)?.frame(frame(text, seconds));
  return {
    actor,
    world,
    accepted,
    leftOut,
    opens,
    memory,
    say,
    listeners,
    closings: () => closed,
    pass: (ms: number) => (now += ms),
  };
}

it("hands over posts of interest and moves the cursor past all that was read", async () => {
  const { actor, say, accepted, memory, pass } = setUp();
  await actor.keep();
  pass(2_000);
  say("$DEMO is out", 1);
  say("what a nice day", 2);
  pass(2_000);
  await actor.keep();
  expect(accepted).toEqual(["$DEMO is out"]);
  expect(memory.cursor).toBe(String((START + 2_000) * 1_000));
});

it("counts frames that cannot be read, and not the many that nobody wants", async () => {
  const { actor, say, leftOut, listeners } = setUp();
  await actor.keep();
  say("what a nice day", 1);
  listeners.at(-1)?.frame("{");
  expect(leftOut).toEqual(["unreadable_frame"]);
});

it.each([
  ["a little ahead of our clock moves the cursor to now", 30, 0],
  ["from tomorrow moves it nowhere", 86_400, -60],
])("a frame %s", async (_, ahead, reached) => {
  const { actor, say, memory, pass } = setUp();
  await actor.keep();
  say("$DEMO is out", -60);
  say("$DEMO is up", ahead);
  pass(2_000);
  await actor.keep();
  expect(memory.cursor).toBe(String((START + reached * 1_000) * 1_000));
});

it("keeps the cursor and the posts while the database is out", async () => {
  const { actor, world, say, accepted, memory } = setUp();
  await actor.keep();
  world.database = "unavailable";
  say("$ONE", 1);
  await actor.keep();
  expect(memory.cursor).toBeNull();
  world.database = "ok";
  say("$TWO", 2);
  await actor.keep();
  expect(accepted).toEqual(["$ONE", "$TWO"]);
});

it("hands over once at a time, and every two seconds while it is refused, however many frames come", async () => {
  let calls = 0;
  const waiting: ((answer: "unavailable") => void)[] = [];
  const ingest = () => {
    calls++;
    return new Promise<"unavailable">((answer) => waiting.push(answer));
  };
  const { actor, say, pass } = setUp({ ingest });
  await actor.keep();
  for (let i = 1; i < 200; i++) say(`$DEMO number ${i}`, i);
  for (let i = 0; i < 20; i++) {
    for (const answer of waiting.splice(0)) answer("unavailable");
    await new Promise((resolve) => setTimeout(resolve));
    say(`$MORE number ${i}`, 200 + i);
  }
  expect(calls).toBe(1);
  pass(2_000);
  say("$LAST", 300);
  await new Promise((resolve) => setTimeout(resolve));
  expect(calls).toBe(2);
});

it("closes the connection when too much is held, and reads it again from the cursor", async () => {
  const { actor, world, say, memory, opens, closings, pass } = setUp();
  await actor.keep();
  say("$ONE", 1);
  await actor.keep();
  const cursor = memory.cursor;
  world.database = "unavailable";
  for (let i = 2; i < 1_100; i++) say(`$MORE number ${i}`, i);
  await actor.keep();
  expect([closings(), actor.state().held, memory.cursor]).toEqual([1, 0, cursor]);
  world.database = "ok";
  pass(60_000);
  await actor.keep();
  expect(opens).toEqual([null, cursor]);
});

it("opens the connection again when it closed, and when it fell silent", async () => {
  const { actor, listeners, opens, pass, closings } = setUp();
  await actor.keep();
  listeners[0]?.closed();
  await actor.keep();
  pass(61_000);
  await actor.keep();
  expect([opens.length, closings()]).toEqual([3, 1]);
});

it("holds one connection, however often it is called at once", async () => {
  const { actor, opens } = setUp();
  await Promise.all([actor.keep(), actor.keep(), actor.keep()]);
  expect(opens).toHaveLength(1);
});

it("waits longer after each refusal", async () => {
  const { actor, world, opens, pass } = setUp();
  world.refuse = true;
  const tries: number[] = [];
  for (let second = 0; second < 600; second += 10) {
    const before = opens.length;
    await actor.keep();
    if (opens.length > before) tries.push(second);
    pass(10_000);
  }
  expect(tries).toEqual([0, 10, 40, 100, 220, 520]);
});

it("passes over frames that it cannot read", async () => {
  const { actor, listeners, memory } = setUp();
  await actor.keep();
  for (const text of [
    "",
    "{",
    "[]",
    "null",
    '{"kind":"commit"}',
    '{"did":1,"time_us":"x","kind":"identity"}',
  ])
    listeners[0]?.frame(text);
  await actor.keep();
  expect(memory.cursor).toBeNull();
});

it("gives the opening a deadline, and the open connection none", async () => {
  const signals: AbortSignal[] = [];
  const socket = Object.assign(new EventTarget(), {
    accept: () => undefined,
    close: () => undefined,
  });
  const answering =
    (ms: number, webSocket: unknown) =>
    (_: string, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return new Promise<never>((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        setTimeout(() => resolve({ webSocket } as never), ms);
      });
    };
  const listener = { frame: () => undefined, closed: () => undefined };
  const open = (fetch: ReturnType<typeof answering>) =>
    openStream("https://stream.test", listener, fetch, 30);
  await open(answering(0, socket));
  await new Promise((resolve) => setTimeout(resolve, 90));
  expect(signals[0]?.aborted).toBe(false);
  await expect(open(answering(5_000, socket))).rejects.toThrow();
  await expect(open(answering(0, null))).rejects.toThrow("refused");
});
