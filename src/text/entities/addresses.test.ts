import { sha256 } from "@noble/hashes/sha2.js";
import {
  base58,
  createBase58check as base58check,
  base64url,
  bech32,
  bech32m,
  hex,
} from "@scure/base";
import { describe, expect, it } from "vitest";
import { extractAddresses } from "./addresses.ts";

const EVM = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
const one = (text: string) => extractAddresses(text).map(({ chain }) => chain);

it.each([
  ["evm", EVM],
  ["evm", EVM.toLowerCase()],
  ["solana", "So11111111111111111111111111111111111111112"],
  ["bitcoin", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"],
  ["bitcoin", "BC1SW50QGDZ25J"],
  ["bitcoin", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"],
  ["tron", "TNDzfERDpxLDS2w1q6yaFC7pzqaSQ3Bg3r"],
  ["ton", "UQAU3o5-Sp1MYRpw3U7b_wmARxqI49LxiFhEoVCxpUKjTYXk"],
  ["sui|aptos", `0x${"ba".repeat(32)}`],
])("finds a %s address wherever it stands", (chain, address) => {
  expect(extractAddresses(address)).toEqual([{ chain, address }]);
  expect(one(`CA:${address}, go`)).toEqual([chain]);
  expect(one(`https://dexscreener.com/token/${address}?ref=1`)).toEqual([chain]);
  expect(one(`合约地址：${address}，冲`)).toEqual([chain]);
});

it.each([
  ["a wrong checksum", "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"],
  ["a digit too few", EVM.slice(0, -1)],
  ["a digit too many", `${EVM}0`],
  ["no prefix", EVM.slice(2).toLowerCase()],
  ["a mistyped Bitcoin address", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMh"],
  ["a mistyped Tron address", "TNDzfERDpxLDS2w1q6yaFC7pzqaSQ3Bg3s"],
  ["a mistyped TON address", "UQAU3o5-Sp1MYRpw3U7b_wmARxqI49LxiFhEoVCxpUKjTYXl"],
  ["letters that base58 lacks", "So1111111111111111111111111111111111111l0OI"],
  ["a long word", "Rindfleischetikettierungsueberwachungsgesetz"],
  ["a transaction", `https://etherscan.io/tx/0x${"ba".repeat(32)}`],
])("claims nothing for %s", (_, text) => {
  expect(extractAddresses(text)).toEqual([]);
});

it("names each address once, in the order of the text", () => {
  const ton = "UQAU3o5-Sp1MYRpw3U7b_wmARxqI49LxiFhEoVCxpUKjTYXk";
  expect(extractAddresses(`${EVM} ${ton} ${EVM}`)).toEqual([
    { chain: "evm", address: EVM },
    { chain: "ton", address: ton },
  ]);
});

describe("of random keys", () => {
  const random = seeded(7);
  const bytes = (length: number, ...head: number[]) =>
    Uint8Array.from({ length }, (_, i) => head[i] ?? Math.floor(random() * 256));
  const check = base58check(sha256);
  const ton = (tag: number, workchain: number) => {
    const body = bytes(34, tag, workchain);
    let crc = 0;
    for (let bit = 0; bit < 34 * 8; bit++) {
      const one = (((body[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) ^ (crc >> 15);
      crc = ((crc << 1) & 0xffff) ^ (one ? 0x1021 : 0);
    }
    return base64url.encode(Uint8Array.of(...body, crc >> 8, crc & 255));
  };
  const segwit = (code: typeof bech32, version: number, length: number) =>
    code.encode("bc", [version, ...code.toWords(bytes(length))]);
  const FORMS: [chain: string, make: () => string][] = [
    ["solana", () => base58.encode(bytes(32))],
    ["tron", () => check.encode(bytes(21, 0x41))],
    ["bitcoin", () => check.encode(bytes(21, 0))],
    ["bitcoin", () => check.encode(bytes(21, 5))],
    ["bitcoin", () => segwit(bech32, 0, 20)],
    ["bitcoin", () => segwit(bech32, 0, 32)],
    ["bitcoin", () => segwit(bech32m, 1, 32)],
    ["ton", () => ton(0x11, 0)],
    ["ton", () => ton(0x51, 0)],
    ["ton", () => ton(0x11, 255)],
  ];

  it.each(FORMS)(
    "finds every one of 300 (%s), and none with one character changed",
    (chain, make) => {
      for (let i = 0; i < 300; i++) {
        const address = make();
        expect(one(`CA ${address} now`), address).toEqual([chain]);
        if (chain === "solana") continue;
        const at = 4 + Math.floor(random() * (address.length - 4));
        const other = address[at] === "q" ? "p" : "q";
        expect(one(`${address.slice(0, at)}${other}${address.slice(at + 1)}`)).toEqual([]);
      }
    },
  );

  it("finds keys without a digit, which no long word resembles", () => {
    expect(one("GJtDWPzQvhEwAegsMxJRpHKnUiSbtGoykXfVqCmYuAN")).toEqual(["solana"]);
    expect(one("WhyYouHadBetterBuyThisTokenBeforeMyFriendsDo")).toEqual([]);
  });

  it.each([
    ["a Solana signature", () => base58.encode(bytes(64))],
    ["an IPFS name", () => base58.encode(bytes(34, 0x12, 0x20))],
    ["a Polkadot account", () => base58.encode(bytes(35, 0))],
    ["a Bitcoin private key", () => check.encode(bytes(33, 0x80))],
    ["a Litecoin address", () => check.encode(bytes(21, 0x30))],
    ["a git commit", () => hex.encode(bytes(20))],
    ["an SHA-256 sum", () => hex.encode(bytes(32))],
  ])("claims no chain for %s", (_, make) => {
    for (let i = 0; i < 100; i++) expect(one(make())).toEqual([]);
  });
});
