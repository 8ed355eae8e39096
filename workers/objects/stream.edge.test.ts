import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { AUDIENCE_HEADER, type LiveMessage } from "../../src/observability/live.ts";
import type { Bindings } from "../env.ts";

const streamOf = (name: string) => (env as unknown as Bindings).STREAM.getByName(name);

const delivery = (deliveryId: number, score = 5): LiveMessage => ({
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

const OPERATOR = { [AUDIENCE_HEADER]: "operations" };
const eventSource = (name: string, query = "", headers = {}) =>
  streamOf(name).fetch(`https://stream.test/stream${query}`, {
    headers: { ...OPERATOR, ...headers },
  });

it("keeps deliveries from those who may not read the operations", async () => {
  await streamOf("public").publish([
    delivery(1),
    { event: "posts", posts: [], at: "2026-01-15T10:00:00Z" },
  ]);
  const feed = { [AUDIENCE_HEADER]: "feed" };
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

async function socketOf(name: string, query: string): Promise<WebSocket> {
  const { webSocket, status } = await streamOf(name).fetch(`https://stream.test/stream${query}`, {
    headers: { ...OPERATOR, Upgrade: "websocket" },
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

it("answers a filter that makes no sense with a problem", async () => {
  expect((await eventSource("bad", "?min_score=lots")).status).toBe(422);
});
