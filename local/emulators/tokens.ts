import { createHash } from "node:crypto";
import { base58 } from "@scure/base";

/**
 * What the emulators say about a token. It follows from the address alone, so every emulator says
 * the same story in every run.
 */
export type SampleToken = {
  address: string;
  symbol: string;
  verdict: Verdict;
  /** USD. */
  price: number;
  liquidity: number;
  volume24h: number;
  /** The last hour's part of `volume24h`; an average hour has 1/24. */
  hourShare: number;
  change24h: number;
  holders: number;
  ageHours: number;
  /**
   * A fraction between 0 and 1 for every property asked for by name: further figures that need no
   * field of their own.
   */
  chance(property: string): number;
};

/**
 * green: clean and deep; yellow: something to mind; red: a honeypot; unknown: no provider has heard
 * of it.
 */
export type Verdict = "green" | "yellow" | "red" | "unknown";

/** The tokens of samples/posts.jsonl, so that the page shows each kind. */
const known: Record<string, Verdict> = {
  DEMO: "green",
  LUNARA: "green",
  TIDE: "green",
  HARBOR: "green",
  QUILL: "green",
  MOSS: "green",
  AURA: "green",
  PIXEL: "yellow",
  EMBER: "yellow",
  FROGGO: "yellow",
  NIMBUS: "yellow",
  MOONX: "red",
  SAFEGEM: "red",
  TURBOINU: "red",
  GHOST: "unknown",
  VAPOR: "unknown",
};

const MARKER = 0x7e;
const digest = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/**
 * An address that spells its symbol, so that an emulator can read the symbol back without a list.
 */
function bytesFor(symbol: string, length: number): Uint8Array {
  const letters = Buffer.from(symbol.toUpperCase().slice(0, 12), "ascii");
  return Buffer.concat([
    Buffer.from([MARKER, letters.length]),
    letters,
    digest(symbol.toUpperCase()),
  ]).subarray(0, length);
}

export const evmAddress = (symbol: string) =>
  `0x${Buffer.from(bytesFor(symbol, 20)).toString("hex")}`;
export const solanaAddress = (symbol: string) => base58.encode(bytesFor(symbol, 32));

export const addressOn = (chain: string, symbol: string) =>
  chain.startsWith("sol") ? solanaAddress(symbol) : evmAddress(symbol);

function bytesOf(address: string): Uint8Array | undefined {
  if (/^0x[0-9a-f]{40}$/i.test(address)) return Buffer.from(address.slice(2), "hex");
  try {
    return base58.decode(address);
  } catch {
    return undefined;
  }
}

function spelledSymbol(address: string): string | undefined {
  const bytes = bytesOf(address);
  if (bytes?.[0] !== MARKER) return undefined;
  const symbol = Buffer.from(bytes.subarray(2, 2 + (bytes[1] ?? 0))).toString("ascii");
  return /^[A-Z0-9]{1,12}$/.test(symbol) ? symbol : undefined;
}

function drawVerdict(fraction: number): Verdict {
  if (fraction < 0.45) return "green";
  if (fraction < 0.7) return "yellow";
  return fraction < 0.88 ? "red" : "unknown";
}

/** Between low and high, with as many small as large: amounts of money spread over magnitudes. */
const spread = (fraction: number, low: number, high: number) => low * (high / low) ** fraction;

export function tokenAt(address: string): SampleToken {
  const seed = digest(address.startsWith("0x") ? address.toLowerCase() : address);
  const chance = (property: string) => digest(seed, property).readUInt32BE(0) / 2 ** 32;
  const symbol = spelledSymbol(address) ?? `T${seed.toString("hex").slice(0, 4).toUpperCase()}`;
  const verdict = known[symbol] ?? drawVerdict(chance("verdict"));
  const deep = verdict === "green";
  const liquidity = spread(chance("liquidity"), deep ? 80_000 : 2_000, deep ? 6_000_000 : 90_000);
  return {
    address,
    symbol,
    verdict,
    chance,
    liquidity,
    price: spread(chance("price"), 0.000_001, 40),
    volume24h: liquidity * spread(chance("turnover"), 0.05, 4),
    hourShare: 0.02 + 0.08 * chance("hour"),
    change24h: (chance("change") - 0.4) * (deep ? 40 : 160),
    holders: Math.round(spread(chance("holders"), deep ? 900 : 15, deep ? 400_000 : 9_000)),
    ageHours: spread(chance("age"), deep ? 200 : 1, deep ? 20_000 : 900),
  };
}

/**
 * The tokens that answer to a symbol: one alone, one that dominates a copy, or two of the same size
 * that nobody can tell apart.
 */
export function tokensNamed(
  symbol: string,
): { chain: string; token: SampleToken; share: number }[] {
  const draw = digest("symbol", symbol.toUpperCase()).readUInt32BE(0) / 2 ** 32;
  const home = draw < 0.2 ? "solana" : draw < 0.4 ? "base" : draw < 0.55 ? "bsc" : "ethereum";
  const away = home === "ethereum" ? "base" : "ethereum";
  const token = tokenAt(addressOn(home, symbol));
  if (token.verdict === "unknown") return [];
  const copies =
    draw % 0.1 < 0.03
      ? [{ chain: away, token, share: 0.95 }]
      : draw % 0.1 < 0.06
        ? [{ chain: away, token, share: 0.01 }]
        : [];
  return [{ chain: home, token, share: 1 }, ...copies];
}
