import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isSecret, newSecret, signedHeaders } from "./standard-webhooks.ts";

// Our own vector, made with another implementation of HMAC below; the keys are the bytes 0..31 and
// their reverse.
const SECRETS = [0, 31].map(
  (flip) =>
    `whsec_${Buffer.from(Array.from({ length: 32 }, (_, i) => i ^ flip)).toString("base64")}`,
);
const NOW = Date.UTC(2026, 10, 20, 10, 0, 5, 700);

describe("signedHeaders", () => {
  it("signs id, seconds and body with every live secret, as any other implementation does", () => {
    const headers = signedHeaders(SECRETS, "msg_1", '{"a":"ü"}', NOW);
    const expected = SECRETS.map((secret) => {
      const key = Buffer.from(secret.slice("whsec_".length), "base64");
      return `v1,${createHmac("sha256", key)
        .update(`msg_1.${Math.floor(NOW / 1_000)}.{"a":"ü"}`)
        .digest("base64")}`;
    });
    expect(headers).toEqual({
      "webhook-id": "msg_1",
      "webhook-timestamp": `${Math.floor(NOW / 1_000)}`,
      "webhook-signature": expected.join(" "),
    });
  });
});

describe("a secret", () => {
  it("is whsec_ and the base64 of 24 to 64 bytes", () => {
    expect(isSecret(newSecret((count) => randomBytes(count)))).toBe(true);
    const of = (bytes: number) => `whsec_${randomBytes(bytes).toString("base64")}`;
    expect([23, 24, 64, 65].map((bytes) => isSecret(of(bytes)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(
      ["", "whsec_", "secret", "whsec_!!!!", `whsk_${randomBytes(32).toString("base64")}`].some(
        isSecret,
      ),
    ).toBe(false);
  });
});
