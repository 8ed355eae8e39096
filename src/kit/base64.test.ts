import { expect, it } from "vitest";
import { fromBase64, fromBase64Url, toBase64, toBase64Url, tryBase64 } from "./base64.ts";

const BYTES = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);

it("writes and reads base64 as Node does, in both alphabets", () => {
  for (const length of [0, 1, 2, 3, 255, 256]) {
    const bytes = BYTES.subarray(0, length);
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
    expect(fromBase64(toBase64(bytes))).toEqual(Uint8Array.from(bytes));
    expect(fromBase64Url(toBase64Url(bytes))).toEqual(Uint8Array.from(bytes));
  }
});

it("answers null for what is not base64", () => {
  expect(tryBase64("!!")).toBeNull();
  expect(tryBase64("AQI=")).toEqual(Uint8Array.of(1, 2));
});
