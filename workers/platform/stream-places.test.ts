import { expect, it } from "vitest";
import { LiveListener } from "../../src/observability/live.ts";
import { admission, leafFor, PLACES, sendableCode } from "./stream-places.ts";

const many = (count: number, over: object = {}) =>
  Array.from({ length: count }, (_, n) => LiveListener.parse({ address: `a${n}`, ...over }));
const anyone = LiveListener.parse({ address: "here" });
const withKey = LiveListener.parse({ address: "here", keyId: "desk" });

it("keeps places for keys when everyone else has taken theirs", () => {
  expect(admission(anyone, many(1_499), PLACES.root)).toBeNull();
  expect(admission(anyone, many(1_500), PLACES.root)).toMatchObject({ status: 503 });
  expect(admission(withKey, many(1_999), PLACES.root)).toBeNull();
  expect(admission(withKey, many(2_000), PLACES.root)).toMatchObject({ status: 503 });
});

it("lets no address and no key take all", () => {
  expect(admission(anyone, many(20, { address: "here" }), PLACES.root)).toMatchObject({
    status: 429,
  });
  expect(admission(anyone, many(20, { address: "here", keyId: "desk" }), PLACES.root)).toBeNull();
  expect(admission(withKey, many(200, { keyId: "desk" }), PLACES.root)).toMatchObject({
    status: 429,
  });
});

it("gives a tenant with a quota no more places than that, whatever keys it has", () => {
  const of = (keyId: string, places: number, name = "acme") =>
    LiveListener.parse({ address: "here", keyId, tenant: { name, places } });
  const others = [of("a", 3), of("b", 3), of("c", 3, "beta"), ...many(40)];
  expect(admission(of("d", 3), others, PLACES.root)).toBeNull();
  expect(admission(of("d", 2), others, PLACES.root)).toEqual({
    status: 429,
    detail: "Your tenant may have 2 listeners at a time, and has 2.",
    quota: { name: "listeners", limit: 2, used: 2, resetsAt: null },
  });
  const leaf = (keyId: string) => leafFor(of(keyId, 3), 50, () => "r");
  expect(new Set(["a", "b", "c", "d", "e"].map(leaf)).size).toBe(1);
});

it("does not take all who come without an address for one", () => {
  const unknown = LiveListener.parse({});
  expect(admission(unknown, many(100, { address: "" }), PLACES.root)).toBeNull();
});

it("keeps a quarter of a leaf's thousand for keys", () => {
  expect(admission(anyone, many(750), PLACES.leaf)).toMatchObject({ status: 503 });
  expect(admission(withKey, many(999), PLACES.leaf)).toBeNull();
  expect(admission(withKey, many(1_000), PLACES.leaf)).toMatchObject({ status: 503 });
});

it("sends all of one key, and all of one address, to one leaf, and fills the leaves evenly", () => {
  const leaf = (over: object, n = 0) => leafFor(LiveListener.parse(over), 10, () => `r${n}`);
  expect(leafFor(anyone, 1, () => "")).toBeNull();
  expect(leaf({ keyId: "desk", address: "a" })).toBe(leaf({ keyId: "desk", address: "b" }));
  expect(leaf({ address: "a" }, 1)).toBe(leaf({ address: "a" }, 2));
  const counts = new Map<string | null, number>();
  for (let n = 0; n < 10_000; n++) {
    const name = leaf(n % 2 === 0 ? { address: `192.0.2.${n}` } : {}, n);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect(counts.size).toBe(10);
  expect(Math.max(...counts.values())).toBeLessThan(1_100);
});

it.each([
  [1000, 1000],
  [1001, 1001],
  [1005, 1000],
  [1006, 1000],
  [1015, 1000],
  [999, 1000],
  [2500, 1000],
  [3000, 3000],
  [4999, 4999],
  [5000, 1000],
])("answers the close code %i with %i", (given, sent) => {
  expect(sendableCode(given)).toBe(sent);
});
