import type { PostLink } from "../model/raw-post.ts";
import type { Chain } from "../model/scalars.ts";
import { type ChainAddress, extractAddresses } from "../text/entities/addresses.ts";
import { coinTypes } from "./coin-types.ts";

/**
 * What the page behind a link is about. `market`: a chart page that takes a pool's address as well
 * as a token's.
 */
export type LinkRole = "token" | "pool" | "market" | "account" | "transaction" | "nft" | "other";
/** `address` null: the link names none. `at`, `end`: where it stands in the text. */
export type TokenLink = {
  role: LinkRole;
  chain: Chain | null;
  address: ChainAddress | null;
  at: number;
  end: number;
};

const LINK = /(?:https?:\/\/|(?<![\w@.-]))(?:[a-z0-9-]+\.)+[a-z]{2,}\/[^\s<>"'`()[\]{}]+/gi;
/**
 * A link as a page of X shows it and copies give it: its scheme, its visible and its hidden part
 * with blanks between them, and an ellipsis.
 */
const COPIED = /https?:\/\/[ \u00a0]([^\s]{4,200})(?:[ \u00a0]([^\s…]{1,400}))?[ \u00a0]?…/gi;
const TRAILING = /[.,;:!?…*_~]+$/;
const MAX_LINKS = 20;

const SLUGS: Readonly<Record<string, Chain>> = {
  ...Object.fromEntries(["eth", "ether", "ethereum", "mainnet-eth"].map((slug) => [slug, "eth"])),
  ...Object.fromEntries(["bsc", "bnb", "binance", "bnbchain"].map((slug) => [slug, "bsc"])),
  base: "base",
  arb: "arb",
  arbitrum: "arb",
  arbitrum_one: "arb",
  sol: "sol",
  solana: "sol",
  tron: "tron",
  trx: "tron",
  ton: "ton",
  sui: "sui",
  "sui-network": "sui",
  apt: "apt",
  aptos: "apt",
};
/** Chain ids of EIP-155, as links of wallets and terminals write them. */
const CHAIN_IDS: Readonly<Record<string, Chain | undefined>> = {
  1: "eth",
  56: "bsc",
  8453: "base",
  42161: "arb",
  1399811149: "sol",
};
const HOST_CHAINS: readonly (readonly [RegExp, Chain])[] = [
  [/(?:^|\.)etherscan\.io$|^eth\.blockscout\.com$/, "eth"],
  [/(?:^|\.)bscscan\.com$|(?:^|\.)four\.meme$/, "bsc"],
  [/(?:^|\.)basescan\.org$|^base\.blockscout\.com$|(?:^|\.)clanker\.world$/, "base"],
  [/(?:^|\.)arbiscan\.io$|^arbitrum\.blockscout\.com$/, "arb"],
  [/(?:^|\.)solscan\.io$|(?:^|\.)solana\.(?:com|fm)$|(?:^|\.)pump\.fun$/, "sol"],
  [/(?:^|\.)raydium\.io$|(?:^|\.)jup\.ag$|(?:^|\.)bags\.fm$|(?:^|\.)letsbonk\.fun$/, "sol"],
  [/(?:^|\.)axiom\.trade$|^photon-sol\.|(?:^|\.)orca\.so$|(?:^|\.)meteora\.ag$/, "sol"],
  [/(?:^|\.)tronscan\.org$|(?:^|\.)sunpump\.meme$|(?:^|\.)sun\.io$/, "tron"],
  [/(?:^|\.)tonviewer\.com$|(?:^|\.)tonscan\.org$|(?:^|\.)dedust\.io$|(?:^|\.)ston\.fi$/, "ton"],
  [/(?:^|\.)suiscan\.xyz$|(?:^|\.)suivision\.xyz$|(?:^|\.)cetus\.zone$/, "sui"],
  [/(?:^|\.)aptoscan\.com$|(?:^|\.)aptoslabs\.com$/, "apt"],
];
/** Their pages name a token by its address alone: "pump.fun/ADDRESS". */
const LAUNCHPADS =
  /(?:^|\.)(?:pump\.fun|bags\.fm|letsbonk\.fun|sunpump\.meme|four\.meme|believe\.app|moonshot\.(?:money|cc)|boop\.fun|bullx\.io|photon-sol\.tinyastro\.io)$/;
/** Hosts whose pages take a pool's address and a token's alike. */
const MARKETS = /(?:^|\.)(?:dexscreener\.com|defined\.fi|dexview\.com|ave\.ai|axiom\.trade)$/;
const ART =
  /(?:^|\.)(?:opensea\.io|magiceden\.io|tensor\.trade|rarible\.com|blur\.io|foundation\.app)$/;
/** Their pages check a token, whatever their paths are called. */
const CHECKERS = /(?:^|\.)(?:honeypot\.is|gopluslabs\.io|tokensniffer\.com|rugcheck\.xyz)$/;
/** Path or query words, by what the address behind them is. */
const ROLES: readonly (readonly [LinkRole, RegExp])[] = [
  ["transaction", /^(?:tx|txn|txs|txblock|transaction|transactions|hash|block|blocks|userop)$/],
  ["nft", /^(?:nfts?|item|item-details|assets|collections?|collectibles?|inscription)$/],
  ["pool", /^(?:pools?|pairs?|pair-explorer|pairexplorer|lp|amm|liquidity|clmm|vaults?|farm)$/],
  [
    "account",
    /^(?:address|addresses|accounts?|profiles?|wallets?|holders?|users?|portfolio|entity|maker|trader|object|validator)$/,
  ],
  [
    "token",
    /^(?:tokens?|token20|coins?|jettons?|ca|contract|contracts|mint|meme|memecoin|t|fungible_asset|launch|clanker|terminal|outputcurrency|outputmint|output|tokenout|buy|to|tt|start|startapp|currency1|q|query|asset)$/,
  ],
];
/** Names of a swap's input: what is paid with. */
const PAID_WITH = /^(?:inputcurrency|inputmint|input|tokenin|sell|from|ft|currency0)$/;

const isOfTokens = (host: string): boolean => LAUNCHPADS.test(host) || CHECKERS.test(host);

const roleOf = (word: string): LinkRole | undefined =>
  ROLES.find(([, pattern]) => pattern.test(word.toLowerCase()))?.[0];

const addressIn = (part: string): ChainAddress | null => {
  const coin = coinTypes(part)[0];
  if (coin) return { chain: coin.chain, address: coin.address };
  return extractAddresses(part.replace(/[_-](?=0x)|_/g, " "))[0] ?? null;
};

function parsed(link: string): URL | null {
  const text = /^https?:\/\//i.test(link) ? link : `https://${link}`;
  return URL.canParse(text) ? new URL(text) : null;
}

const safeDecode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

function chainOf(url: URL, segments: readonly string[]): Chain | null {
  const host = url.hostname.replace(/^www\./, "");
  const named = HOST_CHAINS.find(([pattern]) => pattern.test(host))?.[1];
  if (named) return named;
  const query = url.searchParams.get("chain") ?? url.searchParams.get("network");
  const ids = [url.searchParams.get("chainId") ?? "", ...segments];
  // Uniswap calls Ethereum "mainnet", which other explorers call their own chain's main network.
  if (query === "mainnet" && host.endsWith("uniswap.org")) return "eth";
  const id = ids.map((each) => CHAIN_IDS[each]).find((chain) => chain !== undefined);
  const slug = [query ?? "", ...segments, host.split(".")[0] ?? ""]
    .map((part) => SLUGS[part.toLowerCase()])
    .find((chain) => chain !== undefined);
  return id ?? slug ?? null;
}

/** "SOL-Cbms...": the output of a swap stands behind the dash. */
const swapOutput = (segment: string): string => segment.split("-").at(-1) ?? segment;

type Reading = Pick<TokenLink, "role" | "address">;

function readQuery(url: URL): Reading | undefined {
  const found: Reading[] = [];
  const hash = url.hash.includes("?") ? url.hash.slice(url.hash.indexOf("?")) : "";
  const params = [...url.searchParams, ...new URLSearchParams(hash)];
  for (const [name, value] of params) {
    if (PAID_WITH.test(name.toLowerCase())) continue;
    const role = isOfTokens(url.hostname) ? "token" : roleOf(name);
    if (role === undefined) continue;
    const address = addressIn(value);
    if (address) found.push({ role, address });
  }
  return found.find(({ role }) => role === "token") ?? found[0];
}

function readPath(host: string, segments: readonly string[]): Reading | undefined {
  const index = segments.findIndex((segment) => addressIn(segment) !== null);
  if (index === -1) return undefined;
  const before = segments.slice(0, index);
  const isSwap = before.some((word) => /^swap$|^trade$|^exchange$/i.test(word));
  const segment = segments[index] ?? "";
  if (isSwap) {
    const last = segments.slice(index).findLast((part) => addressIn(swapOutput(part)) !== null);
    return { role: "token", address: addressIn(swapOutput(last ?? segment)) };
  }
  const role = before.map(roleOf).findLast((each) => each !== undefined);
  const address = addressIn(segment);
  if (ART.test(host)) return { role: "nft", address };
  if (MARKETS.test(host)) return { role: "market", address };
  if (CHECKERS.test(host)) return { role: "token", address };
  return { role: role ?? (LAUNCHPADS.test(host) ? "token" : "other"), address };
}

function readLink(link: string, at: number): TokenLink | undefined {
  const url = parsed(link);
  if (!url) return undefined;
  const path = `${url.pathname}${url.hash.split("?")[0]?.replace("#", "/") ?? ""}`;
  const segments = path.split("/").filter(Boolean).map(safeDecode);
  const host = url.hostname.replace(/^www\./, "");
  const chain = chainOf(url, segments);
  const read = readQuery(url) ?? readPath(host, segments) ?? { role: "other", address: null };
  return { ...read, chain, at, end: at + link.length };
}

/**
 * The links behind the words of a post, each at the place of its words in `text`, or else behind
 * it. A link that the text shows is left to readLinks.
 */
export function readLinksBehind(text: string, links: readonly PostLink[]): TokenLink[] {
  const hidden = links.filter(({ url }) => url.includes("://") && !text.includes(url));
  return hidden.slice(0, MAX_LINKS).flatMap(({ url, text: words }) => {
    const found = words ? text.indexOf(words) : -1;
    const at = found === -1 ? text.length : found;
    const read = readLink(url, at);
    return read ? [{ ...read, end: found === -1 ? at : at + (words ?? "").length }] : [];
  });
}

/** Links that were copied with blanks in them. */
function copiedLinks(text: string): TokenLink[] {
  if (!/:\/\/[ \u00a0]/.test(text)) return [];
  return [...text.matchAll(COPIED)].slice(0, MAX_LINKS).flatMap((match) => {
    const read = readLink(`${match[1]}${match[2] ?? ""}`, match.index);
    return read ? [{ ...read, end: match.index + match[0].length }] : [];
  });
}

/** The links of a text, by what their pages are about. At most 20 are read. */
export function readLinks(text: string): TokenLink[] {
  const links = copiedLinks(text);
  const isRead = (at: number) => links.some((link) => link.at <= at && at < link.end);
  for (const match of text.matchAll(LINK)) {
    if (isRead(match.index)) continue;
    const link = match[0].replace(TRAILING, "");
    const read = readLink(link, match.index);
    if (read) links.push(read);
    if (links.length === MAX_LINKS) break;
  }
  return links;
}
