import { expect, it } from "vitest";
import { isForeignRequest } from "./local-guard.ts";

const request = (headers: Record<string, string>, url = "http://127.0.0.1:8787/ingest") =>
  new Request(url, { method: "POST", headers });

it("lets programs and the Worker's own pages in", () => {
  expect(isForeignRequest(request({}))).toBe(false);
  expect(
    isForeignRequest(request({ origin: "http://127.0.0.1:8787", "sec-fetch-site": "same-origin" })),
  ).toBe(false);
  expect(isForeignRequest(request({ "sec-fetch-site": "none" }))).toBe(false);
});

it.each([
  ["a page of another site", { origin: "https://evil.example" }],
  ["a page that hides its origin", { origin: "null" }],
  ["a page of another port", { origin: "http://127.0.0.1:9999" }],
  ["a form of another site", { "sec-fetch-site": "cross-site" }],
])("refuses %s", (_, headers) => {
  expect(isForeignRequest(request(headers))).toBe(true);
});

it("refuses a name that leads here", () => {
  expect(isForeignRequest(request({}, "http://evil.example:8787/"))).toBe(true);
});
