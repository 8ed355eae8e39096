import { expect, it } from "vitest";
import { textHash } from "./text-hash.ts";

it("gives equal texts equal hashes, whatever their case and invisible characters", () => {
  expect(textHash("$DEMO  is up")).toBe(textHash("$demo is\u200b UP"));
  expect(textHash("$DEMO is up")).not.toBe(textHash("$DEMO is down"));
});
