import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { boundedText } from "./body.ts";

const request = (body: Uint8Array<ArrayBuffer> | string, headers: Record<string, string> = {}) =>
  new Request("https://api.test/", { method: "POST", body, headers });
const gzip = (text: string) => new Uint8Array(gzipSync(text));
const statusOf = async (sent: Request, maxBytes: number) => {
  const read = await boundedText(sent, maxBytes);
  return read.kind === "refused" ? read.response.status : read.text;
};

it("reads a body in gzip, and refuses what is none", async () => {
  const headers = { "Content-Encoding": "gzip" };
  expect(await statusOf(request(gzip("hello"), headers), 100)).toBe("hello");
  expect(await statusOf(request("hello", headers), 100)).toBe(400);
});

it("bounds a small body that unpacks to a large one", async () => {
  const bomb = gzip("a".repeat(10_000_000));
  expect(bomb.byteLength).toBeLessThan(50_000);
  expect(await statusOf(request(bomb, { "Content-Encoding": "gzip" }), 50_000)).toBe(413);
});

it("answers 415 to a coding that it does not read", async () => {
  expect(await statusOf(request("hello", { "Content-Encoding": "br" }), 100)).toBe(415);
});

it("reads a bounded rest of a body too large, so that its sender hears the answer", async () => {
  let sent = 0;
  let cancelled = false;
  const endless = (chunks: number) =>
    new Request("https://api.test/", {
      method: "POST",
      duplex: "half",
      body: new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent >= chunks) controller.close();
          else controller.enqueue(new Uint8Array(10_000));
          sent++;
        },
        cancel() {
          cancelled = true;
        },
      }),
    } as RequestInit);
  expect(await statusOf(endless(20), 50_000)).toBe(413);
  expect([sent, cancelled]).toEqual([21, false]);
  sent = 0;
  expect(await statusOf(endless(10_000), 50_000)).toBe(413);
  expect([sent < 150, cancelled]).toEqual([true, true]);
});
