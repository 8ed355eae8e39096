import { describe, expect, it } from "vitest";
import { readPairs } from "../../src/enrich/dexscreener.ts";
import { solanaScan } from "../../src/enrich/goplus/response.ts";
import { riskOf } from "../../src/enrich/goplus/risk.ts";
import { dominantPair } from "../../src/enrich/resolve.ts";
import { canonicalAddress } from "../../src/model/mention.ts";
import type { Chain } from "../../src/model/scalars.ts";
import { casesOf } from "./judged.ts";

type ResolveCase = {
  token: { symbol: string; chain: Chain };
  pairs: unknown[];
  expect?: string | null;
  must_not?: string;
};

const NOW = Date.parse("2026-11-20T10:00:00Z");
const canonical = (address: string | null) => address && canonicalAddress(address);

describe("the contract of a symbol", () => {
  it.each(casesOf<ResolveCase>("resolve"))("$id: $why", ({ token, pairs, ...wanted }) => {
    const found = dominantPair(readPairs({ pairs }) ?? [], token)?.tokenCa ?? null;
    if (wanted.must_not === undefined) expect(found).toBe(canonical(wanted.expect ?? null));
    else expect(found).not.toBe(canonical(wanted.must_not));
  });
});

type ScanCase = {
  answer: Record<string, unknown>;
  expect: {
    level?: string[];
    about?: string | string[];
    lp_lock_days?: number | null;
    lp_lock_days_from?: number;
  };
};

/** Words that speak of the same reason. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  freez: ["freez", "frozen"],
  fee: ["fee", "tax"],
  hook: ["hook", "program"],
  lock: ["lock", "liquidity"],
};

describe("GoPlus's scan of a Solana mint", () => {
  it.each(casesOf<ScanCase>("goplus-solana"))("$id: $why", ({ answer, expect: wanted }) => {
    const scan = solanaScan(answer, NOW);
    const risk = riskOf(scan, { taxRed: 10, lpYellowDays: 30 });
    if (wanted.level) expect(wanted.level).toContain(risk.level);
    if (wanted.about) {
      const reasons = risk.reasons.join(" ").toLowerCase();
      const words = [wanted.about].flat().flatMap((word) => SYNONYMS[word] ?? [word]);
      expect(words.filter((word) => reasons.includes(word))).not.toEqual([]);
    }
    if (wanted.lp_lock_days !== undefined) expect(scan.lpLockDays).toBe(wanted.lp_lock_days);
    if (wanted.lp_lock_days_from !== undefined)
      expect(scan.lpLockDays).toBeGreaterThanOrEqual(wanted.lp_lock_days_from);
  });
});
