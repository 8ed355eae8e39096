import { describe, expect, it } from "vitest";
import { FACTS } from "../../model/facts.ts";
import { scopeOf } from "../load.ts";
import { fromPython } from "./write.ts";

const known = { vocabulary: FACTS, scope: scopeOf(FACTS), setting: () => "0" };
const read = (text: string) => fromPython(text, "truth", known);

describe("what Python means otherwise than our language could say", () => {
  it.each([
    "symbol == True",
    "symbol is not True",
    "keywords == False",
    "symbol.lower() in keywords",
    'symbol.strip("$") == "BTC"',
    '"sentiment" in title.lower()',
    'len(facts.get("symbol", "")) < 3',
    'len(set(keywords).intersection({"a"}, {"b"})) > 0',
    '1 == "a"',
    "None == 1",
    "pow(mentions, 2, 7) > 1",
  ])("is refused: %s", (text) => expect(read(text).kind).toBe("inexpressible"));

  it("is refused where a character is given by its name", () =>
    expect(read('"\\N{ROCKET}" in symbol').kind).toBe("not python"));
});

it.each([
  ["(mentions + 1) == True", "(mentions + 1) == 1"],
  [
    'facts.get("is_honeypot", True) == True',
    "(if exists(is_honeypot) then is_honeypot else 1) == 1",
  ],
  ['"\\U0001F680" in symbol', 'symbol ~= "🚀"'],
  ['len(facts.get("symbol", "")) > 3', 'symbol ~= "^.{4,}$"'],
  ['len({"a", "a"} & set(keywords)) > 1', '(if "a" in keywords then 1 else 0) > 1'],
])("reads %s as %s", (text, meant) => expect(read(text)).toMatchObject({ text: meant }));

it("says when it takes a name to hold the facts", () =>
  expect(read('"sentiment" in title')).toMatchObject({
    notes: ['"sentiment" in title was read as exists(sentiment)'],
  }));
