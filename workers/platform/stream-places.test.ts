import { expect, it } from "vitest";
import { LiveListener } from "../../src/observability/live.ts";
import { admission, sendableCode } from "./stream-places.ts";

const many = (count: number, over: object = {}) =>
  Array.from({ length: count }, (_, n) => LiveListener.parse({ address: `a${n}`, ...over }));
const anyone = LiveListener.parse({ address: "here" });
const withKey = LiveListener.parse({ address: "here", keyId: "desk" });

it("keeps places for keys when everyone else has taken theirs", () => {
  expect(admission(anyone, many(1_499))).toBeNull();
  expect(admission(anyone, many(1_500))).toMatchObject({ status: 503 });
  expect(admission(withKey, many(1_999))).toBeNull();
  expect(admission(withKey, many(2_000))).toMatchObject({ status: 503 });
});

it("lets no address and no key take all", () => {
  expect(admission(anyone, many(20, { address: "here" }))).toMatchObject({ status: 429 });
  expect(admission(anyone, many(20, { address: "here", keyId: "desk" }))).toBeNull();
  expect(admission(withKey, many(200, { keyId: "desk" }))).toMatchObject({ status: 429 });
});

it("does not take all who come without an address for one", () => {
  const unknown = LiveListener.parse({});
  expect(admission(unknown, many(100, { address: "" }))).toBeNull();
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
