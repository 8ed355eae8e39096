import { expect, it } from "vitest";
import { canonicalAddress } from "../../src/model/mention.ts";
import { casesOf, mentionsOf } from "./judged.ts";

type TokenFields = { chain?: string; symbol?: string; token_ca?: string | null };
type TokenCase = TokenFields & {
  text: string;
  expect?: TokenFields[];
  contains?: TokenFields[];
  count?: number;
  must_not?: TokenFields[];
};

const tokensOf = ({ text, symbol, chain, token_ca }: TokenCase): Required<TokenFields>[] =>
  mentionsOf({ text, symbol, chain, token_ca }).map(({ token }) => ({
    chain: token.chain,
    symbol: token.symbol ?? "",
    token_ca: token.tokenCa === null ? null : canonicalAddress(token.tokenCa),
  }));

const fits = (token: Required<TokenFields>, wanted: TokenFields): boolean =>
  (wanted.chain ?? token.chain) === token.chain &&
  (wanted.symbol ?? token.symbol) === token.symbol &&
  (wanted.token_ca === undefined ||
    (wanted.token_ca === null ? null : canonicalAddress(wanted.token_ca)) === token.token_ca);

const CASES = [...casesOf<TokenCase>("tokens"), ...casesOf<TokenCase>("more-tokens")];

it.each(CASES)("$id: $why", (one) => {
  const tokens = tokensOf(one);
  const has = (wanted: TokenFields) => tokens.some((token) => fits(token, wanted));
  if (one.expect) {
    expect(tokens).toHaveLength(one.expect.length);
    expect(one.expect.filter((wanted) => !has(wanted))).toEqual([]);
  }
  if (one.contains) expect(one.contains.filter((wanted) => !has(wanted))).toEqual([]);
  if (one.count !== undefined) expect(tokens).toHaveLength(one.count);
  expect((one.must_not ?? []).filter(has)).toEqual([]);
});
