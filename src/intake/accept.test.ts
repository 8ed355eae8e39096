import { beforeEach, expect, it } from "vitest";
import type { Envelope } from "../model/envelope.ts";
import type { RawPost } from "../model/raw-post.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import { post } from "../store/contract/fixtures.ts";
import type { Store } from "../store/index.ts";
import { memoryStore } from "../store/memory/index.ts";
import { OVERLOAD_POSTS } from "../store/posts.ts";
import { type AcceptPorts, acceptPosts, offerPosts } from "./accept.ts";

const START = Date.UTC(2026, 0, 15, 12);

let store: Store;
let sent: RawPost[];
let now: number;
let ports: AcceptPorts;

beforeEach(() => {
  store = memoryStore();
  sent = [];
  now = START;
  ports = {
    now: () => now,
    log: () => undefined,
    telemetry: silentTelemetry,
    store,
    posts: {
      async sendBatch(messages: { body: Envelope }[]) {
        for (const { body } of messages) if (body.kind === "post") sent.push(body.post);
      },
    },
    uuid: () => "trace",
    requeueAfterSeconds: 600,
    overloadedAfterSeconds: 60,
    schedulePostSweep: async () => undefined,
  };
});

it("refuses the posts of a source whose earlier ones wait, and takes those of others", async () => {
  const many = Array.from({ length: OVERLOAD_POSTS }, (_, id) => post(id, { source: "busy" }));
  await acceptPosts(many, ports);
  now += 61_000;
  const batch = [post("a", { source: "busy" }), post("b", { source: "calm" })];
  expect(await acceptPosts(batch, ports)).toEqual({
    kind: "accepted",
    fresh: 1,
    repeated: 0,
    overloaded: { sources: ["busy"], retryAfter: 10 },
  });
  expect(sent.at(-1)).toMatchObject({ source: "calm", id: "b" });
  expect(await acceptPosts(batch.slice(0, 1), ports)).toEqual({
    kind: "overloaded",
    retryAfter: 10,
  });
  expect(await offerPosts(batch, ports)).toBe("unavailable");
  expect(await offerPosts(batch.slice(1), ports)).toBe("ok");
});

it("gives a post that is dated ahead the present time, and says that it is a guess", async () => {
  const iso = (ms: number) => new Date(START + ms).toISOString();
  const dated = [0, 300_000, 300_001, 70 * 365 * 86_400_000];
  await acceptPosts(
    dated.map((ms, id) => post(id, { postedAt: iso(ms) })),
    ports,
  );
  expect(sent.map(({ postedAt, timeGuessed }) => [postedAt, timeGuessed])).toEqual([
    [iso(0), undefined],
    [iso(300_000), undefined],
    [iso(0), true],
    [iso(0), true],
  ]);
});
