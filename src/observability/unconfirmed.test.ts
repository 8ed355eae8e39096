import { expect, it } from "vitest";
import { NOTHING_SENT, unconfirmedBytes, withConfirmed, withSent } from "./unconfirmed.ts";

const KIB = 1024;
const sentUpTo = (count: number) =>
  Array.from({ length: count }, (_, n) => n + 1).reduce(
    (account, id) => withSent(account, id, KIB),
    NOTHING_SENT,
  );

it("has nothing left once the last message is confirmed, or one that was never sent", () => {
  expect(unconfirmedBytes(sentUpTo(500))).toBe(500 * KIB);
  expect(unconfirmedBytes(withConfirmed(sentUpTo(500), 500))).toBe(0);
  expect(unconfirmedBytes(withConfirmed(sentUpTo(500), 9_999))).toBe(0);
});

it("never counts less than is unread, and at most a mark more", () => {
  for (const read of [0, 1, 63, 64, 65, 130, 499]) {
    const left = unconfirmedBytes(withConfirmed(sentUpTo(500), read));
    expect(left).toBeGreaterThanOrEqual((500 - read) * KIB);
    expect(left).toBeLessThanOrEqual((500 - read + 64) * KIB);
  }
});

it("takes no confirmation back, and stays small enough to be kept with a socket", () => {
  const account = withConfirmed(sentUpTo(1_000), 640);
  expect(withConfirmed(account, 10)).toEqual(account);
  expect(sentUpTo(1_000).marks.length).toBeLessThanOrEqual(16);
});
