import { isNoToken, namesQuote, quoteSymbol } from "../markets/known-addresses.ts";
import { canonicalAddress, type TokenRef } from "../model/mention.ts";
import type { RawPost } from "../model/raw-post.ts";
import type { Chain } from "../model/scalars.ts";
import { type ChainAddress, extractAddresses } from "../text/entities/addresses.ts";
import { normalizeText } from "../text/normalize.ts";
import { isCounterpart, mayBeContract } from "./address-role.ts";
import { chainHints, chainOfAddress, chainOfSymbol, isCoin } from "./chain.ts";
import { coinTypes } from "./coin-types.ts";
import { type KnownCoins, NO_COINS } from "./coins.ts";
import { namedTickers, type Ticker } from "./tickers.ts";
import { readLinks, readLinksBehind, type TokenLink } from "./token-links.ts";

/**
 * A token and where in the normalised text it is first named; -1 when only the source's fields name
 * it.
 */
export type FoundToken = TokenRef & { at: number };

/** A post that names more than these is a list, not news about each. */
const MAX_TOKENS = 6;
/** From this many tickers in a row on they are tags for search, not the subject of the post. */
const TAG_RUN = 4;
/** How far from an address its symbol may stand, in characters. */
const NEAR = 90;

/** A contract that the post names. `chain` null: only the address says where it lives. */
type Contract = {
  address: ChainAddress;
  chain: Chain | null;
  symbol: string | null;
  at: number;
  end: number;
  /** From a link to a market, where it may be a pool's. */
  pool?: true;
};

/** Coins that posts about others carry as tags. */
const MAJORS = new Set("BTC ETH SOL BNB XRP DOGE ADA USDT USDC".split(" "));

/** "Read the audit of $AAVE $BTC $ETH $SOL $XRP": the tags begin behind the first ticker. */
const opensWithSubject = (text: string, [first, ...others]: readonly Ticker[]): boolean =>
  first !== undefined &&
  !MAJORS.has(first.symbol) &&
  others.every(({ symbol }) => MAJORS.has(symbol)) &&
  /\p{L}{2}[:,]?\s$/u.test(text.slice(Math.max(0, first.at - 4), first.at));

/**
 * Symbols that stand in a row of tags; none when the post has no other symbol, for then the row is
 * what it speaks of.
 */
function tags(text: string, symbols: readonly Ticker[], hasAddress: boolean): Set<string> {
  const rows: Ticker[][] = [];
  for (const symbol of symbols) {
    const last = rows.at(-1);
    const gap = last ? text.slice(last.at(-1)?.end, symbol.at) : "";
    if (last && /^(?:[\s,|/]|#\w+|\$\w+)*$/.test(gap)) last.push(symbol);
    else rows.push([symbol]);
  }
  const tagged = rows
    .map((row) => (row.length > TAG_RUN && opensWithSubject(text, row) ? row.slice(1) : row))
    .filter((row) => row.length >= TAG_RUN)
    .flat();
  return tagged.length < symbols.length || hasAddress
    ? new Set(tagged.map(({ symbol }) => symbol))
    : new Set();
}

/** "We called $A at 40k. Next one: ADDRESS": another token than those before. */
const NEXT_ONE =
  /(?<!\bis\s(?:the\s|my\s|our\s)?)\bnext\s+(?:one|play|gem|call|pick|bet|runner)\b[^\p{L}$]{0,12}$/iu;

/** The text with some spans blank, so that every other character keeps its place. */
function blanked(text: string, spans: readonly { at: number; end: number }[]): string {
  if (spans.length === 0) return text;
  const units = text.split("");
  for (const { at, end } of spans) units.fill(" ", at, end);
  return units.join("");
}

const isAlphanumeric = (char: string | undefined): boolean => /^[A-Za-z0-9]$/.test(char ?? "");

/** Emphasis marks of chat mark-up around a word: one `_` between two letters is part of a name. */
const unmarked = (text: string): string =>
  text.replace(/_+/g, (marks, at: number) =>
    marks.length === 1 && isAlphanumeric(text[at - 1]) && isAlphanumeric(text[at + 1])
      ? marks
      : " ".repeat(marks.length),
  );

const same = (a: string, b: string): boolean => canonicalAddress(a) === canonicalAddress(b);

function linkedContracts(links: readonly TokenLink[], roles: readonly string[]): Contract[] {
  return links.flatMap(({ role, chain, address, at, end }) =>
    roles.includes(role) && address !== null ? [{ address, chain, symbol: null, at, end }] : [],
  );
}

/** Contracts that the words of the post name: coin types and addresses outside of links. */
function writtenContracts(text: string, links: readonly TokenLink[]): Contract[] {
  const words = unmarked(blanked(text, links));
  const coins = coinTypes(words);
  const written = coins.map(
    ({ chain, address, symbol, at, end }): Contract => ({
      address: { chain, address },
      chain: null,
      symbol,
      at,
      end,
    }),
  );
  const rest = blanked(words, coins);
  for (const address of extractAddresses(rest)) {
    const at = rest.indexOf(address.address);
    const end = at + address.address.length;
    if (mayBeContract(rest, at, end)) written.push({ address, chain: null, symbol: null, at, end });
  }
  return written;
}

/**
 * A chart's page takes a pool's address too, and a pool's page no other: they count only when
 * nothing else names the token.
 */
function marketContracts(links: readonly TokenLink[], tickers: readonly Ticker[]): Contract[] {
  const roles = tickers.length === 0 ? ["market", "pool"] : ["market"];
  return tickers.every(({ symbol }) => isCoin(symbol))
    ? linkedContracts(links, roles).map((contract) => ({ ...contract, pool: true }))
    : [];
}

/**
 * 64 hexadecimal digits without a coin's name: an account or an asset where the post speaks of Sui
 * or Aptos, elsewhere a transaction, a topic or a key.
 */
const isBareHash = ({ address, chain }: Contract, hints: () => readonly Chain[]): boolean =>
  address.chain === "sui|aptos" &&
  !address.address.includes("::") &&
  ![...hints(), chain].some((named) => named === "sui" || named === "apt");

/**
 * The contracts that a post is about, each once. Accounts, pools, burn addresses, routers and, when
 * the post names another token, what that is traded against are none.
 */
function contractsOf(
  text: string,
  written: readonly TokenLink[],
  behind: readonly TokenLink[],
  tickers: readonly Ticker[],
  hints: () => readonly Chain[],
): Contract[] {
  const links = [...written, ...behind];
  const named = [...writtenContracts(text, written), ...linkedContracts(links, ["token"])];
  const all = named.length === 0 ? marketContracts(links, tickers) : named;
  const unique = new Map<string, Contract>();
  for (const contract of all.sort((a, b) => a.at - b.at)) {
    const { chain, address } = contract.address;
    if (chain === "bitcoin" || isNoToken(address)) continue;
    if (isBareHash(contract, hints)) continue;
    const own = chain === "ton" ? canonicalAddress(address) : address;
    const key = canonicalAddress(own);
    const known = unique.get(key);
    unique.set(key, {
      ...(known ?? contract),
      address: { chain, address: own },
      chain: known?.chain ?? contract.chain,
    });
  }
  const found = [...unique.values()];
  return found.filter((contract) => {
    const quote = quoteSymbol(contract.address.address);
    if (quote === undefined) return true;
    if (isCounterpart(text, contract.at)) return false;
    if (tickers.some(({ symbol }) => namesQuote(symbol, quote))) return true;
    return tickers.length === 0 && found.length === 1;
  });
}

/**
 * The symbol that a contract belongs to: that of the quote it is, the only one that is no coin, or
 * the nearest one close by.
 */
function symbolFor(
  contract: Contract,
  symbols: readonly Ticker[],
  { text, alone }: { text: string; alone: boolean },
): Ticker | undefined {
  const quote = quoteSymbol(contract.address.address);
  if (quote !== undefined) return symbols.find(({ symbol }) => namesQuote(symbol, quote));
  const typed = symbols.find(({ symbol }) => symbol === contract.symbol);
  if (typed) return typed;
  const isAnother = NEXT_ONE.test(text.slice(Math.max(0, contract.at - 40), contract.at));
  const able = symbols.filter(
    ({ symbol, at }) => !isCoin(symbol) && !(isAnother && at < contract.at),
  );
  if (alone && able.length === 1) return able[0];
  if (contract.symbol !== null) return undefined;
  // "$DEMO ... CA 0x...": a symbol stands before its address, so one behind it must stand three
  // times as near.
  const distance = ({ at, end }: Ticker) =>
    at < contract.at ? contract.at - end : 3 * (at - contract.end);
  return able.filter((each) => distance(each) <= NEAR).sort((a, b) => distance(a) - distance(b))[0];
}

/** The token that the source itself names in its fields. */
function stated(post: RawPost, text: string, hints: readonly Chain[]): FoundToken | undefined {
  if (!post.tokenCa && !post.symbol) return undefined;
  const symbol = post.symbol?.replace(/^\$/, "").toUpperCase() ?? null;
  const coin = post.tokenCa ? coinTypes(post.tokenCa)[0] : undefined;
  const address = coin ?? (post.tokenCa ? (extractAddresses(post.tokenCa)[0] ?? null) : null);
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

const namedCoins = (text: string, coins: KnownCoins): FoundToken[] =>
  coins
    .find(text)
    .map(({ symbol, chain, at }) => ({ chain, symbol, tokenCa: null, confidence: 0.7, at }));

/**
 * Tokens that a post speaks of, in the order of the text, the source's own first. Coins' and
 * accounts' addresses are none. Names and hashtags of well-known coins count where the post names
 * no token by ticker, contract or field.
 */
export function tokensIn(post: RawPost, coins: KnownCoins = NO_COINS): FoundToken[] {
  const text = normalizeText(post.text);
  const links = readLinks(text);
  const symbols = namedTickers(blanked(text, links));
  const behind = readLinksBehind(text, post.links ?? []);
  let known: readonly Chain[] | undefined;
  const hintsOfPost = () => {
    const addresses = [post.url ?? "", ...(post.links ?? []).map(({ url }) => url)];
    known ??= chainHints(`${text} ${addresses.join(" ")}`);
    return post.chain ? [post.chain, ...known] : known;
  };
  const contracts = contractsOf(text, links, behind, symbols, hintsOfPost);
  if (contracts.length === 0 && symbols.length === 0 && !post.tokenCa && !post.symbol)
    return namedCoins(blanked(text, links), coins).slice(0, MAX_TOKENS);
  const hints = hintsOfPost();
  const own = stated(post, text, hints);
  const tagged = tags(text, symbols, contracts.length > 0 || own !== undefined);
  const spoken = symbols.filter(({ symbol }) => !tagged.has(symbol));
  const used = new Set<string>(own?.symbol ? [own.symbol] : []);
  const chainOf = ({ chain, address }: Contract): Chain =>
    post.chain ?? chain ?? chainOfAddress(address.chain, hints);

  const found: FoundToken[] = own ? [own] : [];
  for (const contract of contracts) {
    const { address } = contract.address;
    if (own?.tokenCa && same(own.tokenCa, address)) continue;
    if (
      own &&
      !own.tokenCa &&
      contracts.length === 1 &&
      spoken.every(({ symbol }) => symbol === own.symbol || isCoin(symbol))
    ) {
      own.tokenCa = address;
      own.chain = chainOf(contract);
      continue;
    }
    const free = spoken.filter(({ symbol }) => !used.has(symbol));
    const named = symbolFor(contract, free, { text, alone: contracts.length === 1 });
    if (named) used.add(named.symbol);
    found.push({
      chain: chainOf(contract),
      symbol: named?.symbol ?? contract.symbol ?? quoteSymbol(address) ?? null,
      tokenCa: address,
      confidence: contract.pool ? 0.5 : named ? 0.9 : 1,
      ...(contract.pool && { pool: true as const }),
      at: Math.min(contract.at, named?.at ?? Number.POSITIVE_INFINITY),
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
