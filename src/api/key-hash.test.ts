import { describe, expect, it } from "vitest";
import { ADMIN_KEY, fakeKeys, fakePorts } from "../../test/support/api.ts";
import { sha256Hex } from "../kit/hash.ts";
import type { ApiKey } from "../store/api-keys.ts";
import { apiApp } from "./app.ts";
import { provesSecret, secretHash } from "./key-hash.ts";

const asAdmin = { Authorization: `Bearer ${ADMIN_KEY}` };
const PEPPER = "a pepper of more than thirty-two characters";

describe("the hash of a key", () => {
  it("is plain without a pepper, and proves its secret alone", () => {
    const hash = secretHash("secret-one", null);
    expect(hash).toBe(sha256Hex("secret-one"));
    expect(provesSecret("secret-one", hash, null)).toBe(true);
    expect(provesSecret("secret-two", hash, null)).toBe(false);
  });

  it("needs the pepper that it was made with", () => {
    const hash = secretHash("secret-one", PEPPER);
    expect(hash).not.toContain(sha256Hex("secret-one"));
    expect(provesSecret("secret-one", hash, PEPPER)).toBe(true);
    expect(provesSecret("secret-two", hash, PEPPER)).toBe(false);
    expect(provesSecret("secret-one", hash, `${PEPPER}!`)).toBe(false);
    expect(provesSecret("secret-one", hash, null)).toBe(false);
    expect(provesSecret(hash, hash, null)).toBe(false);
  });

  it("stays good where it was made before there was a pepper", () => {
    expect(provesSecret("secret-one", sha256Hex("secret-one"), PEPPER)).toBe(true);
    expect(provesSecret("secret-two", sha256Hex("secret-one"), PEPPER)).toBe(false);
  });
});

it("makes keys with the pepper, and knows them by it", async () => {
  const kept: ApiKey[] = [];
  const keys = {
    ...fakeKeys([]),
    addKey: async (key: ApiKey) => kept.push(key) > 0,
    apiKey: async (id: string) => kept.find((key) => key.id === id),
  };
  const app = (keyPepper: string | null) => apiApp(fakePorts({ keys }, { keyPepper }));
  const made = await app(PEPPER).request("/keys", {
    method: "POST",
    headers: { ...asAdmin, "Content-Type": "application/json" },
    body: JSON.stringify({ name: "reader", scopes: ["operations"] }),
  });
  const { key } = (await made.json()) as { key: string };
  expect(kept[0]?.hash).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
  const status = async (pepper: string | null) =>
    (await app(pepper).request("/events", { headers: { Authorization: `Bearer ${key}` } })).status;
  expect([await status(PEPPER), await status(null)]).toEqual([200, 401]);
});
