import { expect, it } from "vitest";
import { isSealed, secretBox } from "./secret-box.ts";

const OLD = "an-old-key-of-32-random-characters";
const NEW = "a-new-key-of-at-least-32-characters";
const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const boxOf = (first: string, ...others: string[]) => secretBox([first, ...others], randomBytes);

it("opens what it sealed, in its own place alone", async () => {
  const box = boxOf(NEW);
  const sealed = await box.seal("tk_secret 警", "channel/ntfy/token");
  expect(isSealed(sealed)).toBe(true);
  expect(sealed).not.toContain("tk_secret");
  expect(await box.open(sealed, "channel/ntfy/token")).toEqual({
    kind: "open",
    text: "tk_secret 警",
  });
  expect(await box.open(sealed, "channel/ntfy/topic")).toMatchObject({ kind: "locked" });
});

it("seals the same text anew each time", async () => {
  const box = boxOf(NEW);
  expect(await box.seal("x", "a")).not.toBe(await box.seal("x", "a"));
});

it("opens what an earlier key sealed, and seals with the first one", async () => {
  const before = await boxOf(OLD).seal("x", "a");
  const rotated = boxOf(NEW, OLD);
  expect(await rotated.open(before, "a")).toEqual({ kind: "open", text: "x" });
  expect(rotated.isCurrent(before)).toBe(false);
  const after = await rotated.seal("x", "a");
  expect(rotated.isCurrent(after)).toBe(true);
  expect(await boxOf(OLD).open(after, "a")).toMatchObject({ kind: "locked" });
});

it("names the key that is missing, and notices a changed text", async () => {
  const sealed = await boxOf(OLD).seal("x", "a");
  const [, , id = "?"] = sealed.split(":");
  const other = await boxOf(NEW).open(sealed, "a");
  expect(other).toEqual({ kind: "locked", reason: `sealed with the key ${id}` });
  const cut = `${sealed.slice(0, -2)}AA`;
  expect(await boxOf(OLD).open(cut, "a")).toMatchObject({ kind: "locked" });
  expect(await boxOf(OLD).open(`sealed:1:${id}:AA`, "a")).toMatchObject({ kind: "locked" });
});
