import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { base58, bech32, bech32m } from "@scure/base";
import { isTonFriendly } from "../../kit/ton-address.ts";
import { hasLongRun } from "./long-run.ts";

/**
 * Sui and Aptos write accounts alike; only words or a link beside the address set them apart.
 */
export type AddressKind =
  | "evm"
  | "solana"
  | "bitcoin"
  | "tron"
  | "ton"
  | "sui"
  | "aptos"
  | "sui|aptos";
export type ChainAddress = { chain: AddressKind; address: string };

/** Only Bitcoin's newer addresses, which say so, are shorter. */
const SHORTEST = 25;
const mayHoldAddress = (text: string) =>
  hasLongRun(text, SHORTEST) || text.includes("bc1") || text.includes("BC1");
/** Checking a candidate costs microseconds; a text made of thousands of them must not. */
const MAX_CANDIDATES = 60;

/**
 * A run of letters and digits as long as the shortest address or longer, taken whole: part of a
 * longer run is no address.
 */
const RUN = /(?<![A-Za-z0-9_])(?:bc1[a-z0-9]{11,87}|[a-z0-9]{25,90})(?![A-Za-z0-9_])/gi;
const TON_FRIENDLY = /(?<![A-Za-z0-9+_-])[EUk0][Qf][A-Za-z0-9+/_-]{46}(?![A-Za-z0-9+_-])/g;
const TON_RAW = /(?<![A-Za-z0-9:._-])(?:0|-1):[0-9a-fA-F]{64}(?![A-Za-z0-9])/g;
/** What stands before 64 hex digits that name a transaction or a block, not an account. */
const TRANSACTION =
  /(?:\btx|\btxn|\btxid|\btransactions?|\bblock|\bhash)(?:\s*hash|\s*id)?\s*[/:=]?\s*$/i;

function isEvm(text: string): boolean {
  const digits = text.slice(2);
  if (!/^0x[0-9a-fA-F]{40}$/i.test(text)) return false;
  if (digits === digits.toLowerCase() || digits === digits.toUpperCase()) return true;
  const digest = keccak_256(new TextEncoder().encode(digits.toLowerCase()));
  return [...digits].every((digit, i) => {
    if (digit >= "0" && digit <= "9") return true;
    const nibble = ((digest[i >> 1] ?? 0) >> (i % 2 ? 0 : 4)) & 15;
    return nibble >= 8 === (digit === digit.toUpperCase());
  });
}

/** The payload of a base58check string, or null when a character or the checksum is wrong. */
function base58check(text: string): Uint8Array | null {
  let bytes: Uint8Array;
  try {
    bytes = base58.decode(text);
  } catch {
    return null;
  }
  const payload = bytes.subarray(0, -4);
  const sum = sha256(sha256(payload));
  return bytes.length > 4 && bytes.subarray(-4).every((byte, i) => byte === sum[i])
    ? payload
    : null;
}

const isLegacyBitcoin = (text: string) => {
  const payload = base58check(text);
  return payload?.length === 21 && (payload[0] === 0 || payload[0] === 5);
};

/** BIP-173 for witness version 0, BIP-350 for the later ones. */
function isSegwit(text: string): boolean {
  const decoded = bech32.decodeUnsafe(text) ?? bech32m.decodeUnsafe(text);
  const version = decoded?.words[0] ?? 32;
  if (decoded?.prefix !== "bc" || version > 16) return false;
  const code = version === 0 ? bech32 : bech32m;
  const program = code.decodeUnsafe(text) && code.fromWordsUnsafe(decoded.words.slice(1));
  if (!program) return false;
  return version === 0
    ? program.length === 20 || program.length === 32
    : program.length >= 2 && program.length <= 40;
}

function isTron(text: string): boolean {
  const payload = base58check(text);
  return payload?.length === 21 && payload[0] === 0x41;
}

/** How often the letter of a text and the next one are of the same class. */
const pairs = (text: string, [low, high]: readonly [string, string]) => {
  let count = 0;
  for (let at = 1; at < text.length; at++) {
    const [before = "", here = ""] = [text[at - 1], text[at]];
    if (before >= low && before <= high && here >= low && here <= high) count++;
  }
  return count;
};
const MIXED = 4;

/**
 * A long word has no digits and no mix of cases; of a thousand keys one has no digit, and its cases
 * are mixed as no CamelCase is.
 */
function looksRandom(text: string): boolean {
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text)) return false;
  return (
    /[0-9]/.test(text) || (pairs(text, ["A", "Z"]) >= MIXED && pairs(text, ["a", "z"]) >= MIXED)
  );
}

/** A Solana key has no checksum: 32 bytes that look random. */
function isSolana(text: string): boolean {
  if (!looksRandom(text)) return false;
  try {
    return base58.decode(text).length === 32;
  } catch {
    return false;
  }
}

function kindOf(run: string, before: string): AddressKind | undefined {
  if (/^0x/i.test(run)) {
    if (isEvm(run)) return "evm";
    return /^0x[0-9a-f]{64}$/i.test(run) && !TRANSACTION.test(before) ? "sui|aptos" : undefined;
  }
  if (/^bc1/i.test(run)) return isSegwit(run) ? "bitcoin" : undefined;
  if (run.length > 44) return undefined;
  if (run.length === 34 && run.startsWith("T") && isTron(run)) return "tron";
  if (run.length <= 35 && /^[13]/.test(run) && isLegacyBitcoin(run)) return "bitcoin";
  return run.length >= 32 && isSolana(run) ? "solana" : undefined;
}

/**
 * Contract and wallet addresses in the order of the text, each once. Shapes alone prove nothing:
 * whatever has a checksum must pass it.
 */
export function extractAddresses(text: string): ChainAddress[] {
  if (!mayHoldAddress(text)) return [];
  const found = new Map<string, ChainAddress & { at: number }>();
  const add = (chain: AddressKind | undefined, address: string, at: number) => {
    if (chain && !found.has(address)) found.set(address, { chain, address, at });
  };
  for (const match of text.matchAll(TON_FRIENDLY))
    add(isTonFriendly(match[0]) ? "ton" : undefined, match[0], match.index);
  for (const match of text.matchAll(TON_RAW)) add("ton", match[0], match.index);
  let candidates = 0;
  for (const match of text.matchAll(RUN)) {
    if (++candidates > MAX_CANDIDATES) break;
    add(
      kindOf(match[0], text.slice(Math.max(0, match.index - 24), match.index)),
      match[0],
      match.index,
    );
  }
  return [...found.values()]
    .sort((a, b) => a.at - b.at)
    .map(({ chain, address }) => ({ chain, address }));
}
