import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import {
  LISTENER_HEADER,
  type LiveListener,
  type LiveMessage,
} from "../../src/observability/live.ts";
import type { Bindings } from "../env.ts";
import { LEAF_HEADER, STREAM_ROOT } from "../platform/stream-places.ts";
import type { StreamRpc } from "./rpc.ts";

type LiveDelivery = Extract<LiveMessage, { event: "delivery" }>;
const streamOf = (name: string) => (env as unknown as Bindings).STREAM.getByName(name);

const delivery = (deliveryId: number, score = 5): LiveDelivery => ({
  event: "delivery",
  deliveryId,
  channel: "desk",
  eventKey: "eth:DEMO:2026-01-15T10:00:00Z",
  chain: "eth",
  symbol: "DEMO",
  score,
  result: "ok",
  attempt: 1,
  at: "2026-01-15T10:00:00Z",
});

/** Reads Server-Sent Events until there are so many, then hangs up. */
async function listen(response: Response, many: number): Promise<{ id: string; event: string }[]> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const frames = () =>
    [...text.matchAll(/^id: (\d+)\nevent: (\w+)$/gm)].map(([, id = "", event = ""]) => ({
      id,
      event,
    }));
  while (reader !== undefined && frames().length < many) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader?.cancel();
  return frames();
}

const listener = (over: Partial<LiveListener> = {}) => ({
  [LISTENER_HEADER]: JSON.stringify({ operations: true, address: "", ...over }),
});
const OPERATOR = listener();
const eventSource = (name: string, query = "", headers = {}) =>
  streamOf(name).fetch(`https://stream.test/stream${query}`, {
    headers: { ...OPERATOR, ...headers },
  });

it("keeps deliveries from those who may not read the operations", async () => {
  await streamOf("public").publish([
    delivery(1),
    { event: "posts", posts: [], at: "2026-01-15T10:00:00Z" },
  ]);
  const feed = listener({ operations: false });
  const heard = await listen(await eventSource("public", "?after=0", feed), 2);
  expect(heard.map(({ event }) => event)).toEqual(["hello", "posts"]);
});

it("tells every listener what is published", async () => {
  const heard = eventSource("tell").then((response) => listen(response, 3));
  await eventSource("tell").then((response) => listen(response, 1));
  await streamOf("tell").publish([delivery(1), delivery(2)]);
  expect((await heard).map(({ event }) => event)).toEqual(["hello", "delivery", "delivery"]);
});

it("resumes behind the last id without a gap or a repeat", async () => {
  const stream = streamOf("resume");
  await stream.publish([delivery(1), delivery(2), delivery(3)]);
  expect(await listen(await eventSource("resume", "", { "Last-Event-ID": "1" }), 3)).toEqual([
    { id: "1", event: "hello" },
    { id: "2", event: "delivery" },
    { id: "3", event: "delivery" },
  ]);
  expect((await listen(await eventSource("resume", "?after=2"), 2)).map(({ id }) => id)).toEqual([
    "2",
    "3",
  ]);
});

it("says reset when what was missed is not kept any more", async () => {
  const stream = streamOf("reset");
  for (let batch = 0; batch < 21; batch++)
    await stream.publish(Array.from({ length: 100 }, (_, index) => delivery(index)));
  expect(await listen(await eventSource("reset", "?after=5"), 1)).toEqual([
    { id: "2100", event: "reset" },
  ]);
  expect(await listen(await eventSource("reset", "?after=9999"), 1)).toEqual([
    { id: "2100", event: "reset" },
  ]);
});

it("holds back what a listener did not ask for", async () => {
  const stream = streamOf("filter");
  await stream.publish([
    delivery(1, 5),
    delivery(2, 50),
    { event: "posts", posts: [], at: "2026-01-15T10:00:00Z" },
  ]);
  const heard = await listen(await eventSource("filter", "?after=0&min_score=10"), 2);
  expect(heard).toEqual([
    { id: "0", event: "hello" },
    { id: "2", event: "delivery" },
  ]);
});

it("speaks WebSocket too", async () => {
  const stream = streamOf("socket");
  await stream.publish([delivery(1)]);
  const response = await stream.fetch("https://stream.test/stream?after=0", {
    headers: { ...OPERATOR, Upgrade: "websocket" },
  });
  const socket = response.webSocket;
  if (socket === null) throw new Error(`no socket: ${response.status}`);
  const heard: { id: number; event: string; data: Record<string, unknown> }[] = [];
  const two = new Promise<void>((resolve) =>
    socket.addEventListener("message", ({ data }) => {
      heard.push(JSON.parse(String(data)));
      if (heard.length === 3) resolve();
    }),
  );
  socket.accept();
  await stream.publish([delivery(2)]);
  await two;
  expect(heard.map(({ id, event }) => [id, event])).toEqual([
    [0, "hello"],
    [1, "delivery"],
    [2, "delivery"],
  ]);
  expect(heard[1]?.data).toMatchObject({
    delivery_id: 1,
    event_key: "eth:DEMO:2026-01-15T10:00:00Z",
  });
  socket.close();
});

const KIB = 1024;
/** About 4 KiB on the wire. */
const bulky = (deliveryId: number): LiveMessage => ({
  ...delivery(deliveryId),
  channel: "d".repeat(4 * KIB),
});

async function socketOf(name: string, query: string, who = OPERATOR): Promise<WebSocket> {
  const { webSocket, status } = await streamOf(name).fetch(`https://stream.test/stream${query}`, {
    headers: { ...who, Upgrade: "websocket" },
  });
  if (webSocket === null) throw new Error(`no socket: ${status}`);
  return webSocket;
}

/** Reads until the server hangs up, or until `many` were heard. */
function readAll(
  socket: WebSocket,
  many = Number.POSITIVE_INFINITY,
): Promise<{ ids: number[]; code: number | null }> {
  const ids: number[] = [];
  return new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const { id, event } = JSON.parse(String(data));
      if (event !== "hello") ids.push(id);
      if (ids.length >= many) resolve({ ids, code: null });
    });
    socket.addEventListener("close", ({ code }) => resolve({ ids, code }));
    socket.accept();
  });
}

it("cuts off a WebSocket that does not read, and lets it resume where it stopped", async () => {
  const stream = streamOf("slow");
  const socket = await socketOf("slow", "?after=0");
  for (let batch = 0; batch < 4; batch++)
    await stream.publish(Array.from({ length: 100 }, (_, index) => bulky(index)));
  const { ids, code } = await readAll(socket);
  expect(code).toBe(1013);
  expect(ids.length * 4 * KIB).toBeLessThanOrEqual(KIB * KIB);
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => index + 1));

  const back = await readAll(await socketOf("slow", `?after=${ids.at(-1)}`), 400 - ids.length);
  expect([...ids, ...back.ids]).toEqual(Array.from({ length: 400 }, (_, index) => index + 1));
});

it("keeps a WebSocket that confirms what it has read", async () => {
  const stream = streamOf("confirms");
  const socket = await socketOf("confirms", "?after=0");
  const read = readAll(socket, 400);
  socket.addEventListener("message", ({ data }) => {
    const { id } = JSON.parse(String(data));
    if (id % 50 === 0) socket.send(String(id));
  });
  for (let batch = 0; batch < 8; batch++) {
    await stream.publish(Array.from({ length: 50 }, (_, index) => bulky(index)));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await read).toMatchObject({ code: null, ids: { length: 400 } });
  socket.close();
});

it("hands out a long backlog in pieces, the next when the last is confirmed", async () => {
  const stream = streamOf("pieces");
  for (let batch = 0; batch < 10; batch++)
    await stream.publish(Array.from({ length: 100 }, (_, index) => bulky(index)));
  const socket = await socketOf("pieces", "?after=0");
  const ids: number[] = [];
  let mostUnread = 0;
  let confirmed = 0;
  const all = new Promise<void>((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => {
      const { id, event } = JSON.parse(String(data));
      if (event === "hello") return;
      ids.push(id);
      mostUnread = Math.max(mostUnread, id - confirmed);
      if (id % 100 === 0) {
        confirmed = id;
        socket.send(String(id));
      }
      if (ids.length === 1_000) resolve();
    });
    socket.addEventListener("close", ({ code }) => reject(new Error(`closed with ${code}`)));
    socket.accept();
  });
  await all;
  expect(ids).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  expect(mostUnread * 4 * KIB).toBeLessThanOrEqual(1.2 * KIB * KIB);
  socket.close();
});

it("lets an event source read a long backlog at its own pace", async () => {
  for (let batch = 0; batch < 5; batch++)
    await streamOf("pace").publish(Array.from({ length: 100 }, (_, index) => bulky(index)));
  const response = await eventSource("pace", "?after=0");
  await streamOf("pace").publish([bulky(501)]);
  const heard = await listen(response, 502);
  expect(heard.map(({ id }) => Number(id))).toEqual(Array.from({ length: 502 }, (_, id) => id));
});

it("resumes from Last-Event-ID even where the address says otherwise", async () => {
  await streamOf("both").publish([delivery(1), delivery(2), delivery(3)]);
  const heard = await listen(await eventSource("both", "?after=0", { "Last-Event-ID": "2" }), 2);
  expect(heard.map(({ id }) => id)).toEqual(["2", "3"]);
});

it("gives one address a limited number of places, and keys their own", async () => {
  const from = (over: Partial<LiveListener>) =>
    streamOf("places").fetch("https://stream.test/stream", {
      headers: { ...listener(over), Upgrade: "websocket" },
    });
  const sockets = [];
  for (let n = 0; n < 20; n++) sockets.push((await from({ address: "192.0.2.1" })).webSocket);
  expect(sockets.every((socket) => socket !== null)).toBe(true);
  const refused = await from({ address: "192.0.2.1" });
  expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "30"]);
  expect((await from({ address: "192.0.2.2" })).status).toBe(101);
  expect((await from({ address: "192.0.2.1", keyId: "desk" })).status).toBe(101);
});

it("gives a tenant with a quota of listeners so many places, and names it", async () => {
  const by = (keyId: string) =>
    eventSource("shared", "", listener({ keyId, tenant: { name: "acme", places: 2 } }));
  const held = [await by("one"), await by("two")];
  const refused = await by("three");
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({
    quota: { name: "listeners", limit: 2, used: 2, resets_at: null },
  });
  const others = await eventSource("shared", "", listener({ keyId: "ours" }));
  expect(others.status).toBe(200);
  for (const response of [...held, others]) await response.body?.cancel();
});

it("ends who listens by a key that is revoked, and nobody else", async () => {
  const desk = await socketOf("revoked", "", listener({ keyId: "desk" }));
  const other = await socketOf("revoked", "", listener({ keyId: "other" }));
  const source = await eventSource("revoked", "", listener({ keyId: "desk" }));
  const ended = readAll(desk);
  const stays = readAll(other, 1);
  await streamOf("revoked").endKey("desk");
  await streamOf("revoked").publish([delivery(1)]);
  expect(await ended).toEqual({ ids: [], code: 1008 });
  expect(await stays).toEqual({ ids: [1], code: null });
  expect(await listen(source, 5)).toEqual([{ id: "0", event: "hello" }]);
  other.close();
});

it("ends who listens when the key expires, without a message", async () => {
  const socket = await socketOf("expires", "", listener({ expiresAt: Date.now() + 300 }));
  expect(await readAll(socket)).toEqual({ ids: [], code: 1008 });
});

it("tells nothing more by a key that has expired, before its end is noticed", async () => {
  const socket = await socketOf("spent", "", listener({ expiresAt: Date.now() + 20 }));
  const read = readAll(socket);
  await new Promise((resolve) => setTimeout(resolve, 40));
  await streamOf("spent").publish([delivery(1)]);
  expect(await read).toEqual({ ids: [], code: 1008 });
});

it("takes any code that a client closes with", async () => {
  const socket = await socketOf("closing", "");
  const read = readAll(socket);
  socket.close(4321, "mine");
  expect((await read).code).toBe(4321);
});

it("filters by token, type, state, event and a condition", async () => {
  const name = "asked";
  const [kept, left] = [delivery(1, 20), delivery(2, 5)];
  await streamOf(name).publish([
    { ...kept, type: "listing", state: "verified", tokenCa: "0xAb" } as LiveMessage,
    { ...left, type: "hack", state: "downgraded" } as LiveMessage,
  ]);
  const asked = async (query: string) =>
    (await listen(await eventSource(name, `?after=0&${query}`), 2)).at(-1)?.id;
  for (const query of [
    "type=listing",
    "state=verified",
    "token=0xab",
    `where=${encodeURIComponent('score > 10 and type == "listing"')}`,
  ])
    expect([query, await asked(query)]).toEqual([query, "1"]);
  expect(await asked(`state=downgraded&event=${encodeURIComponent(kept.eventKey)}`)).toBe("2");
  expect((await eventSource(name, "?where=scoer%3E1")).status).toBe(422);
});

it("answers a filter that makes no sense with a problem", async () => {
  expect((await eventSource("bad", "?min_score=lots")).status).toBe(422);
});

it("has the Worker's own entrypoint purge what a commit made old", async () => {
  const changed = { ...delivery(1), event: "signal", state: "verified", previousState: null };
  const signal = { ...changed, level: "observe", riskLevel: "green", reasons: [], degraded: false };
  await streamOf("purge").publish([signal as LiveMessage]);
  const { RULES } = env as unknown as Bindings;
  await vi.waitFor(async () => expect(await RULES.get("purged")).not.toBeNull());
  expect(JSON.parse((await RULES.get("purged")) ?? "")).toEqual([
    "list",
    "event:eth%3ademo%3a2026-01-15t10%3a00%3a00z",
    "token:demo",
  ]);
});

it("purges for nobody outside, who can set no props", async () => {
  const { exports } = await import("cloudflare:workers");
  const outside = exports as unknown as { default: Fetcher };
  const asked = await outside.default.fetch("https://self/purge", { method: "POST" });
  expect(asked.status).toBe(404);
});

const atLeaf = (leaf: string, over: Partial<LiveListener> = {}, query = "") =>
  streamOf(leaf).fetch(`https://stream.test/stream${query}`, {
    headers: { ...listener(over), [LEAF_HEADER]: leaf, Upgrade: "websocket" },
  });
async function leafSocket(...given: Parameters<typeof atLeaf>): Promise<WebSocket> {
  const { webSocket, status } = await atLeaf(...given);
  if (webSocket === null) throw new Error(`no socket: ${status}`);
  return webSocket;
}
const root = () => streamOf(STREAM_ROOT);

it("is heard at every leaf, with the ids of the root, from before somebody listened there", async () => {
  await root().publish([delivery(1), delivery(2)]);
  const [first, second] = await Promise.all([leafSocket("leaf:1"), leafSocket("leaf:2")]);
  const heard = [readAll(first, 2), readAll(second, 2)];
  await root().publish([delivery(3)]);
  await root().publish([delivery(4)]);
  const [one, two] = await Promise.all(heard);
  expect(one?.ids).toHaveLength(2);
  expect(two).toEqual(one);
  const [before = 0] = one?.ids ?? [];
  const resumed = await leafSocket("leaf:3", {}, `?after=${before - 2}`);
  expect((await readAll(resumed, 3)).ids).toEqual([before - 1, before, before + 1]);
  for (const socket of [first, second, resumed]) socket.close();
});

it("brings a leaf that everyone left up to date when somebody comes back", async () => {
  const left = await leafSocket("leaf:4");
  const heard = readAll(left, 1);
  await root().publish([delivery(1)]);
  const [last = 0] = (await heard).ids;
  left.close();
  await vi.waitFor(async () => {
    await root().publish([delivery(2)]);
    expect(await streamOf("leaf:4").relay([])).toBe(false);
  });
  for (let n = 0; n < 5; n++) await root().publish([delivery(3)]);
  const back = await leafSocket("leaf:4", {}, `?after=${last}`);
  const { ids } = await readAll(back, 6);
  expect(ids).toEqual([1, 2, 3, 4, 5, 6].map((n) => last + n));
  back.close();
});

it("keeps a leaf that the root calls while its first listener still joins", async () => {
  const join = vi.fn<StreamRpc["join"]>();
  await runInDurableObject(root(), (object: StreamRpc) => {
    const prototype: StreamRpc = Object.getPrototypeOf(object);
    const original = prototype.join;
    prototype.join = async function (this: StreamRpc, leaf, after) {
      prototype.join = original;
      const copy = await original.call(this, leaf, after);
      await this.publish([delivery(1)]);
      await join(leaf, after);
      await streamOf(leaf).relay([]);
      return copy;
    };
  });
  const early = await leafSocket("leaf:6");
  expect(join).toHaveBeenCalled();
  const heard = readAll(early, 1);
  await root().publish([delivery(2)]);
  expect((await heard).code).toBeNull();
  early.close();
});

it("cuts off who listens at a leaf that lost more than the log of the root holds", async () => {
  const caughtUp = await leafSocket("leaf:7");
  const ended = readAll(caughtUp);
  const leaves = await runInDurableObject(root(), (_, { storage }) => {
    const known = storage.kv.get("leaves");
    storage.kv.put("leaves", {});
    return known;
  });
  for (let batch = 0; batch < 21; batch++)
    await root().publish(Array.from({ length: 100 }, (_, n) => delivery(n)));
  await runInDurableObject(root(), (_, { storage }) => storage.kv.put("leaves", leaves));
  await root().publish([delivery(1)]);
  expect(await ended).toEqual({ ids: [], code: 1013 });
});

it("ends who listens at a leaf by a key that is revoked", async () => {
  const [desk, other] = await Promise.all([
    leafSocket("leaf:5", { keyId: "desk" }),
    leafSocket("leaf:5", { keyId: "other" }),
  ]);
  const ended = readAll(desk);
  const stays = readAll(other, 1);
  await root().endKey("desk");
  await root().publish([delivery(1)]);
  expect((await ended).code).toBe(1008);
  expect((await stays).code).toBeNull();
  other.close();
});

it("hands a listener that asks for little what it asked for, however much passes it by", async () => {
  const rare = await socketOf("rare", "?symbol=RARE");
  const heard = readAll(rare, 2);
  for (let batch = 0; batch < 25; batch++)
    await streamOf("rare").publish(Array.from({ length: 100 }, (_, n) => delivery(n)));
  await streamOf("rare").publish([{ ...delivery(1), symbol: "RARE" }]);
  await streamOf("rare").publish([delivery(2), { ...delivery(3), symbol: "rare" }]);
  expect(await heard).toEqual({ ids: [2_501, 2_503], code: null });
  rare.close();
});
