import type { TokenRef } from "../model/mention.ts";
import type { RawPost } from "../model/raw-post.ts";
import { type ChainAddress, extractAddresses } from "../text/entities/addresses.ts";
import { normalizeText } from "../text/normalize.ts";
import { chainHints, chainOfAddress, chainOfSymbol, isCoin } from "./chain.ts";

/**
 * A token and where in the normalised text it is first named; -1 when only the source's fields name
 * it.
 */
export type FoundToken = TokenRef & { at: number };

/** A post that names more than these is a list, not news about each. */
const MAX_TOKENS = 6;
/** So many symbols in a row are tags for the search, not what the post speaks of. */
const TAG_RUN = 4;
/** How far from an address its symbol may stand, in characters. */
const NEAR = 90;

const SYMBOL = /(?<![A-Za-z0-9_$])\$([A-Za-z][A-Za-z0-9]{1,14})(?![A-Za-z0-9])/g;
/** What stands before an address to pay to, rather than one to look at. */
const WALLET =
  /(?:wallet|send|sent|donat\w*|deposit|tip|deployer|holder|whale|pay)(?:\s+(?:to|address|is|here|at|from|me|my|your|it|back))*\s*[:=\-–]?\s*\(?$/i;

type Named = { symbol: string; at: number; end: number };

function namedSymbols(text: string): Named[] {
  const first = new Map<string, Named>();
  for (const match of text.matchAll(SYMBOL)) {
    const symbol = (match[1] ?? "").toUpperCase();
    if (!first.has(symbol))
      first.set(symbol, { symbol, at: match.index, end: match.index + match[0].length });
  }
  return [...first.values()];
}

/**
 * Symbols that stand in a row of tags; none when the post has no other symbol, for then the row is
 * what it speaks of.
 */
function tags(text: string, symbols: readonly Named[], hasAddress: boolean): Set<string> {
  const rows: Named[][] = [];
  for (const symbol of symbols) {
    const last = rows.at(-1);
    const gap = last ? text.slice(last.at(-1)?.end, symbol.at) : "";
    if (last && /^(?:[\s,|/]|#\w+|\$\w+)*$/.test(gap)) last.push(symbol);
    else rows.push([symbol]);
  }
  const tagged = rows.filter((row) => row.length >= TAG_RUN).flat();
  return tagged.length < symbols.length || hasAddress
    ? new Set(tagged.map(({ symbol }) => symbol))
    : new Set();
}

/**
 * The symbol that an address belongs to: the only one that is no coin, or the nearest one close by.
 */
function symbolFor(
  text: string,
  address: ChainAddress,
  symbols: readonly Named[],
  alone: boolean,
): Named | undefined {
  const able = symbols.filter(({ symbol }) => !isCoin(symbol));
  if (alone && able.length === 1) return able[0];
  const at = text.indexOf(address.address);
  // "$DEMO ... CA 0x...": a symbol is told before its address, so one behind it must stand three
  // times as near.
  const distance = ({ at: from, end }: Named) =>
    from < at ? at - end : 3 * (from - at - address.address.length);
  return able.filter((each) => distance(each) <= NEAR).sort((a, b) => distance(a) - distance(b))[0];
}

/** The token that the source itself names in its fields. */
function stated(
  post: RawPost,
  text: string,
  hints: ReturnType<typeof chainHints>,
): FoundToken | undefined {
  if (!post.tokenCa && !post.symbol) return undefined;
  const symbol = post.symbol?.replace(/^\$/, "").toUpperCase() ?? null;
  const address = post.tokenCa ? (extractAddresses(post.tokenCa)[0] ?? null) : null;
  const tokenCa = address?.address ?? post.tokenCa ?? null;
  const guess = address
    ? chainOfAddress(address.chain, hints)
    : symbol
      ? chainOfSymbol(symbol, hints)
      : "unknown";
  const at = Math.max(
    tokenCa ? text.indexOf(tokenCa) : -1,
    symbol ? text.toUpperCase().indexOf(`$${symbol}`) : -1,
  );
  return { chain: post.chain ?? guess, symbol, tokenCa, confidence: 1, at };
}

/**
 * Tokens that a post speaks of, in the order of the text, the source's own first. Coins' and
 * wallets' addresses are none.
 */
export function tokensIn(post: RawPost): FoundToken[] {
  const text = normalizeText(post.text);
  const addresses = extractAddresses(text).filter(({ address, chain }) => {
    const before = text.slice(Math.max(0, text.indexOf(address) - 40), text.indexOf(address));
    return chain !== "bitcoin" && !WALLET.test(before);
  });
  const symbols = text.includes("$") ? namedSymbols(text) : [];
  if (addresses.length === 0 && symbols.length === 0 && !post.tokenCa && !post.symbol) return [];
  const hints = chainHints(`${text} ${post.url ?? ""}`);
  const own = stated(post, text, hints);
  const tagged = tags(text, symbols, addresses.length > 0 || own !== undefined);
  const spoken = symbols.filter(({ symbol }) => !tagged.has(symbol));
  const used = new Set<string>(own?.symbol ? [own.symbol] : []);

  const found: FoundToken[] = own ? [own] : [];
  for (const address of addresses) {
    if (own?.tokenCa?.toLowerCase() === address.address.toLowerCase()) continue;
    if (
      own &&
      !own.tokenCa &&
      addresses.length === 1 &&
      spoken.every(({ symbol }) => symbol === own.symbol || isCoin(symbol))
    ) {
      own.tokenCa = address.address;
      if (!post.chain) own.chain = chainOfAddress(address.chain, hints);
      continue;
    }
    const named = symbolFor(
      text,
      address,
      spoken.filter(({ symbol }) => !used.has(symbol)),
      addresses.length === 1,
    );
    if (named) used.add(named.symbol);
    found.push({
      chain: post.chain ?? chainOfAddress(address.chain, hints),
      symbol: named?.symbol ?? null,
      tokenCa: address.address,
      confidence: named ? 0.9 : 1,
      at: Math.min(text.indexOf(address.address), named?.at ?? Number.POSITIVE_INFINITY),
    });
  }
  for (const { symbol, at } of spoken) {
    if (used.has(symbol)) continue;
    const chain = isCoin(symbol)
      ? chainOfSymbol(symbol, hints)
      : (post.chain ?? chainOfSymbol(symbol, hints));
    found.push({ chain, symbol, tokenCa: null, confidence: spoken.length === 1 ? 0.8 : 0.6, at });
  }
  return found.slice(0, MAX_TOKENS);
}
