import { expect, it } from "vitest";
import { CORPUS, CORPUS_DATA, inShort } from "../../../test/conformance/filtrex/corpus.ts";
import { askOurs } from "../../../test/conformance/filtrex/native.ts";

/** In Node the same corpus is held against filtrex itself, which cannot run here. */
it.each(CORPUS)("answers %s in workerd as filtrex does in Node", (expression, ...documented) => {
  expect(inShort(askOurs(expression, CORPUS_DATA))).toEqual(documented);
});
