import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NOON, notificationOf, SECRET, sendWith, type Target } from "../../test/support/outbox.ts";
import { webhook } from "./webhook.ts";

const OLD = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
const send = (target: Target, settings: object = {}) =>
  sendWith(webhook, { url: "https://hooks.dev.org/in", secrets: [SECRET], ...settings }, target);
const status = (code: number, headers: Record<string, string> = {}) =>
  send(() => new Response("x", { status: code, headers }));

describe("the webhook channel", () => {
  it("posts what happened, signed over the very bytes", async () => {
    const { sent, seen } = await send(() => new Response(null, { status: 204 }));
    expect(sent).toMatchObject({ verdict: { kind: "ok" }, httpStatus: 204 });
    const { headers = {}, body = {} } = seen[0] ?? {};
    expect(body).toMatchObject({
      type: "signal.verified",
      data: { event_key: expect.any(String), unique_authors: 2, risk_level: "green" },
    });
    const key = Buffer.from(SECRET.slice(6), "base64");
    const signed = `${headers["webhook-id"]}.${Math.floor(NOON / 1_000)}.${JSON.stringify(body)}`;
    expect(headers["webhook-signature"]).toBe(
      `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
    );
    expect(headers["webhook-id"]).toBe("idem-1");
  });

  it("signs with both secrets while they change over", async () => {
    const { seen } = await send(() => new Response(""), { secrets: [SECRET, OLD] });
    expect(seen[0]?.headers["webhook-signature"]).toMatch(/^v1,\S+ v1,\S+$/);
  });

  it("speaks CloudEvents with the same id at every attempt", async () => {
    const { seen } = await send(() => new Response(""), { format: "cloudevents" });
    expect(seen[0]?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    expect(seen[0]?.body).toMatchObject({
      specversion: "1.0",
      id: "idem-1",
      source: "/event-stream-starter",
      type: "io.event-stream-starter.signal.verified",
      time: notificationOf().ts,
      datacontenttype: "application/json",
    });
  });

  it.each([
    [200, "ok"],
    [302, "retry"],
    [400, "retry"],
    [401, "retry"],
    [403, "retry"],
    [404, "retry"],
    [408, "retry"],
    [410, "gone"],
    [422, "retry"],
    [429, "throttled"],
    [503, "retry"],
  ])("reads %i as %s", async (code, kind) => {
    expect((await status(code)).sent.verdict.kind).toBe(kind);
  });

  it("hears Retry-After in seconds and as a date, with 429 and with 503", async () => {
    expect((await status(429, { "retry-after": "9" })).sent.verdict.delayMs).toBe(9_000);
    expect(
      (await status(503, { "retry-after": new Date(NOON + 60_000).toUTCString() })).sent.verdict
        .delayMs,
    ).toBe(60_000);
  });

  it("reads no more than it must of an endless answer", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(16_384 + 0 * pulled++)),
    });
    const { sent } = await send(() => new Response(endless));
    expect(sent.verdict.kind).toBe("ok");
    expect(pulled).toBeLessThan(10);
  });

  it("takes no URL that leads inside, and no secret that is none", () => {
    const open = (settings: object) =>
      webhook.open({ url: "https://hooks.dev.org/", secrets: [SECRET], ...settings }, {
        EGRESS_ALLOW: [],
        OWN_HOSTS: [],
      } as never);
    expect(open({}).kind).toBe("open");
    for (const wrong of [
      { url: "https://10.0.0.1/" },
      { url: "http://hooks.dev.org/" },
      { secrets: ["x"] },
      { secrets: [] },
      { secrets: [SECRET, SECRET, SECRET] },
    ])
      expect(open(wrong)).toMatchObject({
        kind: "invalid",
        problems: [{ path: expect.stringMatching(/^(url|secrets)/) }],
      });
  });
});
