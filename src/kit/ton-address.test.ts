import { expect, it } from "vitest";
import { isTonFriendly, tonAccount } from "./ton-address.ts";

const BOUNCEABLE = "EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs";

it("gives every spelling of an account its bounceable form", () => {
  const spellings = [
    BOUNCEABLE,
    "UQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_p0p",
    "EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id/sDs",
    "0:b113a994b5024a16719f69139328eb759596c38a25f59028b146fecdc3621dfe",
    "0:B113A994B5024A16719F69139328EB759596C38A25F59028B146FECDC3621DFE",
  ];
  expect(spellings.map(tonAccount)).toEqual(spellings.map(() => BOUNCEABLE));
});

it("takes nothing else for an account", () => {
  const others = [
    "",
    "DEMO",
    `${BOUNCEABLE.slice(0, -1)}x`,
    "0:12",
    "$".repeat(48),
    "A".repeat(48),
  ];
  expect(others.map(tonAccount)).toEqual(others.map(() => null));
  expect(isTonFriendly(BOUNCEABLE)).toBe(true);
  expect(isTonFriendly("A".repeat(48))).toBe(false);
});
