import { expect, it, vi } from "vitest";
import { CORPUS, CORPUS_DATA, inShort } from "../../../test/conformance/filtrex/corpus.ts";
import { agree, askFiltrex, askOurs } from "../../../test/conformance/filtrex/native.ts";

// filtrex warns about its deprecated forms.
vi.spyOn(console, "warn").mockImplementation(() => undefined);

it.each(CORPUS)("filtrex and we answer %s alike, as documented", (expression, ...documented) => {
  const theirs = askFiltrex(expression, CORPUS_DATA);
  expect(inShort(theirs)).toEqual(documented);
  expect(agree(askOurs(expression, CORPUS_DATA), theirs)).toBe(true);
});
