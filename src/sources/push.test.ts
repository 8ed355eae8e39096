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

const bytesOf = (text: string) => new Uint8Array(new TextEncoder().encode(text));

const receive = (headers: ReadonlyMap<string, string>, text: string) => {
  const on = webhook.configure({ WEBHOOK_SECRETS: `${SECRET} another-long-secret` });
  if (on.kind === "off" || on.receive === undefined) throw new Error("off");
  return on.receive({ headers, bytes: bytesOf(text), text, now: NOW });
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
    expect(await verifyWebhook([SECRET], headers, bytesOf(`${body} `), NOW)).toBe("forged");
    expect(
      await verifyWebhook(
        [SECRET],
        new Map([...headers, ["webhook-id", "msg_2"]]),
        bytesOf(body),
        NOW,
      ),
    ).toBe("forged");
    expect(await verifyWebhook([SECRET], headers, bytesOf(body), NOW + 301_000)).toBe("expired");
    expect(await verifyWebhook([SECRET], headers, bytesOf(body), NOW - 301_000)).toBe("expired");
    expect(await receive(new Map(), body)).toMatchObject({ kind: "refused", status: 401 });
    expect(
      await verifyHubSignature(
        [SECRET],
        new Map([["x-hub-signature-256", "sha256=zz"]]),
        bytesOf(body),
      ),
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
    return on.receive({
      headers: new Map([["content-type", type], ...more]),
      bytes: bytesOf(text),
      text,
      now: NOW,
    });
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

describe("CloudEvents of the wild", () => {
  const event = { specversion: "1.0", id: "a", source: "/s", type: "t" };
  const on = cloudevents.configure({});
  const read = (body: unknown, type = "application/cloudevents+json", more: object = {}) => {
    if (on.kind === "off" || on.receive === undefined) throw new Error("off");
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const headers = new Map(Object.entries({ "content-type": type, ...more }));
    return on.receive({ headers, bytes: bytesOf(text), text, now: NOW });
  };
  const HEADERS = { "ce-specversion": "1.0", "ce-id": "a", "ce-source": "/s", "ce-type": "t" };

  it("may have null attributes, which are unset", async () => {
    const nulls = { time: null, subject: null, datacontenttype: null, data_base64: null };
    expect(await read({ ...event, ...nulls, data: { text: "$DEMO", author: null } })).toMatchObject(
      {
        posts: [{ text: "$DEMO", author: "/s", postedAt: new Date(NOW).toISOString() }],
      },
    );
  });

  it("have data of their content type", async () => {
    const json = '{"text":"$DEMO"}';
    expect(await read(json, "text/plain", HEADERS)).toMatchObject({ posts: [{ text: json }] });
    expect(await read(json, "application/json", HEADERS)).toMatchObject({
      posts: [{ text: "$DEMO" }],
    });
    const inBase64 = { data_base64: btoa(json) };
    const plain = { ...event, ...inBase64, datacontenttype: "text/plain" };
    expect(await read(plain)).toMatchObject({ posts: [{ text: json }] });
    expect(await read({ ...event, ...inBase64 })).toMatchObject({ posts: [{ text: "$DEMO" }] });
  });

  it.each([
    ["application/cloudevents+avro", {}],
    ["application/cloudevents+xml", {}],
    ["application/cloudevents-batch+protobuf", {}],
    ["image/png", HEADERS],
    ["application/xml", HEADERS],
  ])("are refused with 415 as %s", async (type, headers) => {
    expect(await read("{}", type, headers)).toMatchObject({ kind: "refused", status: 415 });
  });

  it("are refused alone with what is wrong, and in a batch by their place", async () => {
    const png = { ...event, datacontenttype: "image/png", data: "x" };
    expect(await read(png)).toMatchObject({
      kind: "refused",
      status: 422,
      errors: [{ path: "datacontenttype" }],
    });
    expect(await read({ ...event, data: {} })).toMatchObject({
      status: 422,
      errors: [{ path: "text" }],
    });
    const good = { ...event, data: { text: "$DEMO" } };
    expect(await read([png, good], "application/cloudevents-batch+json")).toMatchObject({
      posts: [{ text: "$DEMO" }],
      rejected: [{ index: 0, errors: [{ path: "datacontenttype" }] }],
    });
  });

  it("keep to the limits of every push", async () => {
    const many = Array.from({ length: 1_001 }, () => event);
    expect(await read(many, "application/cloudevents-batch+json")).toMatchObject({ status: 413 });
    const deep = `{"data":${"[".repeat(100)}${"]".repeat(100)}}`;
    expect(await read(deep)).toMatchObject({
      status: 400,
      detail: expect.stringContaining("nested"),
    });
  });
});

describe("a webhook signed as a hub does", () => {
  const HUB = "another-long-secret";
  async function hub(body: Uint8Array<ArrayBuffer>, more: [string, string][] = []) {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", bytesOf(HUB), algorithm, false, ["sign"]);
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, body));
    const hex = Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const on = webhook.configure({ WEBHOOK_SECRETS: HUB });
    if (on.kind === "off" || on.receive === undefined) throw new Error("off");
    const headers = new Map([["x-hub-signature-256", `sha256=${hex}`], ...more]);
    return on.receive({ headers, bytes: body, text: new TextDecoder().decode(body), now: NOW });
  }
  const { id: _, ...NAMELESS } = POST;
  const body = bytesOf(JSON.stringify([NAMELESS, NAMELESS]));

  it("is named by its content, because no header is signed", async () => {
    const first = await hub(body, [["x-github-delivery", "one"]]);
    expect(await hub(body, [["x-github-delivery", "two"]])).toEqual(first);
    const ids = first.kind === "posts" ? first.posts.map(({ id }) => id) : [];
    expect(new Set(ids).size).toBe(2);
  });

  it("is verified over the bytes as they came, with their mark of byte order", async () => {
    const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...body]);
    expect(await hub(marked)).toMatchObject({ kind: "posts", rejected: [] });
  });

  it("is refused when a post is older than repeats are remembered", async () => {
    const old = bytesOf(JSON.stringify({ ...POST, posted_at: "2026-10-01T10:00:00Z" }));
    expect(await hub(old)).toMatchObject({ status: 422, errors: [{ path: "posted_at" }] });
  });

  it("is refused in a format that is not read", async () => {
    const type: [string, string][] = [["content-type", "application/xml"]];
    expect(await hub(body, type)).toMatchObject({ kind: "refused", status: 415 });
  });
});
