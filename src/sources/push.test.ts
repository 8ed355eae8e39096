import { describe, expect, it } from "vitest";
import { verifyWebhook } from "../kit/standard-webhooks.ts";
import { verifyHubSignature } from "./_shared/signature.ts";
import { cloudevents } from "./cloudevents.ts";
import { webhook } from "./webhook.ts";

const SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const NOW = 1_795_169_705_000;
const POST = { id: "1", author: "ada", text: "$DEMO", posted_at: "2026-11-20T10:00:00Z" };

async function signed(body: string, seconds = NOW / 1_000) {
  const raw = Uint8Array.from(atob(SECRET.slice(6)), (letter) => letter.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const mac = await crypto.subtle.sign(
    "HMAC",
    key,
    new TextEncoder().encode(`msg_1.${seconds}.${body}`),
  );
  const signature = `v1a,AAAA v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`;
  return new Map([
    ["webhook-id", "msg_1"],
    ["webhook-timestamp", String(seconds)],
    ["webhook-signature", signature],
  ]);
}

const receive = (headers: ReadonlyMap<string, string>, text: string) => {
  const on = webhook.configure({ WEBHOOK_SECRETS: `${SECRET} another-long-secret` });
  if (on.kind === "off" || on.receive === undefined) throw new Error("off");
  return on.receive({ headers, text, now: NOW });
};

describe("a signed webhook", () => {
  it("is taken when its signature is genuine", async () => {
    const body = JSON.stringify({ posts: [POST, { ...POST, id: "2", text: 7 }] });
    expect(await receive(await signed(body), body)).toMatchObject({
      kind: "posts",
      posts: [{ source: "webhook", id: "1" }],
      rejected: [{ index: 1, errors: [{ path: "text" }] }],
    });
  });

  it("is refused when anything of it was changed, when it is old, and when it is not signed", async () => {
    const body = JSON.stringify([POST]);
    const headers = await signed(body);
    expect(await verifyWebhook([SECRET], headers, `${body} `, NOW)).toBe("forged");
    expect(
      await verifyWebhook([SECRET], new Map([...headers, ["webhook-id", "msg_2"]]), body, NOW),
    ).toBe("forged");
    expect(await verifyWebhook([SECRET], headers, body, NOW + 301_000)).toBe("expired");
    expect(await verifyWebhook([SECRET], headers, body, NOW - 301_000)).toBe("expired");
    expect(await receive(new Map(), body)).toMatchObject({ kind: "refused", status: 401 });
    expect(
      await verifyHubSignature([SECRET], new Map([["x-hub-signature-256", "sha256=zz"]]), body),
    ).toBe("forged");
  });
});

describe("CloudEvents", () => {
  const event = {
    specversion: "1.0",
    id: "a",
    source: "/s",
    type: "t",
    time: "2026-11-20T10:00:00Z",
    data: { text: "$DEMO up" },
  };
  const read = (type: string, text: string, more: [string, string][] = []) => {
    const on = cloudevents.configure({});
    if (on.kind === "off" || on.receive === undefined) throw new Error("off");
    return on.receive({ headers: new Map([["content-type", type], ...more]), text, now: NOW });
  };
  const post = {
    source: "cloudevents",
    id: "/s#a",
    author: "/s",
    text: "$DEMO up",
    postedAt: "2026-11-20T10:00:00.000Z",
  };

  it("come structured, as a batch and in headers", async () => {
    expect(
      await read("application/cloudevents+json; charset=utf-8", JSON.stringify(event)),
    ).toMatchObject({ posts: [post] });
    const batch = await read(
      "application/cloudevents-batch+json",
      JSON.stringify([event, { ...event, specversion: "0.3" }]),
    );
    expect(batch).toMatchObject({
      posts: [post],
      rejected: [{ index: 1, errors: [{ path: "specversion" }] }],
    });
    const headers: [string, string][] = [
      ["ce-specversion", "1.0"],
      ["ce-id", "a"],
      ["ce-source", "%2Fs"],
      ["ce-type", "t"],
      ["ce-time", "2026-11-20T10:00:00Z"],
    ];
    expect(await read("application/json", JSON.stringify(event.data), headers)).toMatchObject({
      posts: [post],
    });
  });

  it("are refused when they are none", async () => {
    expect(await read("application/json", "{}")).toMatchObject({ kind: "refused", status: 415 });
    expect(await read("application/cloudevents+json", "{")).toMatchObject({
      kind: "refused",
      status: 400,
    });
  });
});
