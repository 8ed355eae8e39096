import { describe, expect, it } from "vitest";
import { ADMIN_KEY, fakePorts, NOW } from "../../test/support/api.ts";
import { apiApp } from "./app.ts";
import { ticketBook } from "./tickets.ts";

const CALLER = {
  kind: "key",
  tenant: "default",
  id: "k",
  name: "n",
  scopes: ["read"],
  sources: null,
  expiresAt: null,
  limitPerMinute: null,
} as const;

describe("a ticket for the stream", () => {
  const audiences: boolean[] = [];
  const app = apiApp(
    fakePorts(
      {
        stream: async (_, { operations }) => {
          audiences.push(operations);
          return new Response("stream");
        },
      },
      { publicRead: "none" },
    ),
  );
  const issue = async () => {
    const headers = { Authorization: `Bearer ${ADMIN_KEY}` };
    const made = await app.request("/stream/tickets", { method: "POST", headers });
    expect([made.status, made.headers.get("Cache-Control")]).toEqual([201, "private, no-store"]);
    return ((await made.json()) as { ticket: string }).ticket;
  };

  it("opens it once, with what the key may hear, on a server where nothing is public", async () => {
    const ticket = await issue();
    expect((await app.request(`/stream?ticket=${ticket}&min_score=3`)).status).toBe(200);
    expect(audiences).toEqual([true]);
    const again = await app.request(`/stream?ticket=${ticket}`);
    expect([again.status, await again.text()]).toEqual([401, expect.stringContaining("used")]);
  });

  it("opens nothing else, and asks for a key", async () => {
    const ticket = await issue();
    expect((await app.request(`/signals?ticket=${ticket}`)).status).toBe(401);
    expect((await app.request("/stream?ticket=made-up")).status).toBe(401);
    expect((await app.request("/stream")).status).toBe(401);
    expect((await app.request("/stream/tickets", { method: "POST" })).status).toBe(401);
  });

  it("expires, and old ones make room", async () => {
    const clock = { now: NOW };
    let made = 0;
    const book = ticketBook(
      () => clock.now,
      () => `t${made++}`,
      30,
    );
    const late = await book.issue(CALLER);
    clock.now += 30_000;
    expect(await book.redeem(late)).toBeNull();
    const dropped = await book.issue(CALLER);
    book.drop("k");
    expect(await book.redeem(dropped)).toBeNull();
    const many = await Promise.all(Array.from({ length: 10_001 }, () => book.issue(CALLER)));
    expect(await book.redeem(many[0] ?? "")).toBeNull();
    expect(await book.redeem(many.at(-1) ?? "")).toEqual(CALLER);
  });
});
