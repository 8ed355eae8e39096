import { expect, it } from "vitest";
import type { PostingRights } from "../model/posting-rights.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import { SOURCES } from "../sources/registry.ts";
import { memoryStore } from "../store/memory/index.ts";
import { receivePush } from "./push.ts";

const NOW = Date.UTC(2026, 0, 15, 12);
const SECRET = "a-secret-of-the-hub";
const API = { name: "prices", url: "https://a.test", map: { text: "t" } };
const SETTINGS = { WEBHOOK_SECRETS: SECRET, HTTP_JSON_SOURCES: JSON.stringify([API]) };
const switches = new Map(SOURCES.map((each) => [each.name, each.configure(SETTINGS)]));

const post = (id: number, source?: string) => ({
  ...{ id: `${id}`, author: "ada", text: "$DEMO", posted_at: "2026-01-15T10:00:00Z" },
  ...(source !== undefined && { source }),
});

async function signature(body: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const bytes = (text: string) => new TextEncoder().encode(text);
  const key = await crypto.subtle.importKey("raw", bytes(SECRET), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(body)));
  return `sha256=${[...mac].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function push(
  source: string,
  content: unknown,
  rights: PostingRights | null,
  headers: Record<string, string> = {},
) {
  const body = JSON.stringify(content);
  const store = memoryStore();
  const outcome = await receivePush(
    source,
    new Request("https://a.test", {
      method: "POST",
      body,
      headers: { "X-Hub-Signature-256": await signature(body), ...headers },
    }),
    rights,
    { sources: switches, now: () => NOW },
    {
      now: () => NOW,
      log: () => undefined,
      telemetry: silentTelemetry,
      store,
      posts: { sendBatch: async () => undefined },
      mentions: { sendBatch: async () => undefined },
      judging: async () => () => {
        throw new Error("left to the queue");
      },
      broadcast: async () => undefined,
      uuid: () => "trace",
      requeueAfterSeconds: 600,
      overloadedAfterSeconds: 60,
      schedulePostSweep: async () => undefined,
    },
  );
  const stored = async (name: string, id: number) =>
    (await store.post(name, `${id}`)) !== undefined;
  return { outcome, stored };
}

const bound = (...sources: string[]): PostingRights => ({ sources, admin: false });

it("takes no webhook in the name of a source that is polled, signed or not", async () => {
  for (const name of ["x", "feeds", "jetstream", "prices"]) {
    const { outcome, stored } = await push("webhook", post(1, name), null);
    expect(outcome).toMatchObject({ kind: "forbidden", errors: [{ path: "source" }] });
    expect(await stored(name, 1)).toBe(false);
  }
  expect((await push("webhook", post(1), null)).outcome).toMatchObject({ fresh: 1 });
});

it("rejects the posts of a list that the key may not send, by their places", async () => {
  const list = [post(1, "mine"), { id: 2 }, post(3, "other"), post(4, "mine"), post(5, "x")];
  const { outcome, stored } = await push("webhook", list, bound("mine"));
  expect(outcome).toMatchObject({
    kind: "accepted",
    fresh: 2,
    rejected: [
      { index: 1 },
      { index: 2, errors: [{ path: "source", message: expect.stringContaining("mine only") }] },
      { index: 4 },
    ],
  });
  expect([await stored("mine", 4), await stored("other", 3)]).toEqual([true, false]);
});

it("takes CloudEvents from a key that is bound to them, or to nothing", async () => {
  const event = { specversion: "1.0", id: "1", source: "/desk", type: "post", data: post(1) };
  const type = { "Content-Type": "application/cloudevents+json" };
  const sent = async (rights: PostingRights) =>
    (await push("cloudevents", event, rights, type)).outcome.kind;
  expect(await sent(bound("mine"))).toBe("forbidden");
  expect(await sent(bound("cloudevents"))).toBe("accepted");
  expect(await sent({ sources: null, admin: false })).toBe("accepted");
});
