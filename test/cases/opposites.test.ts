import { expect, it } from "vitest";
import { fingerprint, isNearDuplicate } from "../../src/text/near-duplicate/fingerprint.ts";
import { casesOf } from "./judged.ts";

type Pair = { a: string; b: string; duplicate: boolean };

it.each([...casesOf<Pair>("opposites"), ...casesOf<Pair>("more-opposites")])(
  "$id: $a | $b",
  ({ a, b, duplicate }) => {
    expect(isNearDuplicate(fingerprint(a), fingerprint(b))).toBe(duplicate);
    expect(isNearDuplicate(fingerprint(b), fingerprint(a))).toBe(duplicate);
  },
);
