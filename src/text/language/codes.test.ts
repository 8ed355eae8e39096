import { expect, it } from "vitest";
import { languageCode } from "./codes.ts";

it.each([
  ["en", "en"],
  ["en-US", "en"],
  ["pt_BR", "pt"],
  ["ENG", "en"],
  ["spa", "es"],
  ["fre", "fr"],
  ["fil", "tl"],
  ["tgl", "tl"],
  ["fin", "fi"],
  ["in", "id"],
  ["iw", "he"],
  ["no", "nb"],
  ["ckb", "ckb"],
])("reads %s as %s", (stated, code) => {
  expect(languageCode(stated)).toBe(code);
});

it.each(["und", "zxx", "qme", "qht", "qam", "mul", "art", "", "  ", "e", "english", "12"])(
  "takes %j for no language",
  (stated) => {
    expect(languageCode(stated)).toBeUndefined();
  },
);
