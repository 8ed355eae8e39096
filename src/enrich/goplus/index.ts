import * as z from "zod";
import { guardedCall } from "../../http/provider-call.ts";
import type { OutsideAnswer } from "../../http/request.ts";
import type { Verdict } from "../../http/verdict.ts";
import { FACTS } from "../../model/facts.ts";
import { canonicalAddress } from "../../model/mention.ts";
import type { Chain } from "../../model/scalars.ts";
import {
  type AskPorts,
  type EnricherAnswer,
  enricher,
  type KnownToken,
  NO_ANSWER,
  NOTHING_KNOWN,
} from "../enricher.ts";
import { evmScan, type SecurityScan, solanaScan, suiScan } from "./response.ts";
import { type RiskLimits, riskOf } from "./risk.ts";
import { goplusToken } from "./token.ts";

const PATHS: Partial<Record<Chain, string>> = {
  eth: "token_security/1",
  bsc: "token_security/56",
  base: "token_security/8453",
  arb: "token_security/42161",
  tron: "token_security/tron",
  sol: "solana/token_security",
  sui: "sui/token_security",
};

/** Without a key about 30 a minute, and a burst of 8 in 5 seconds is punished. */
const LIMITS = { pace: { perMinute: 25, gapMs: 1_200 }, dailyBudget: null };

const Settings = z.object({
  GOPLUS_BASE_URL: z.url().default("https://api.gopluslabs.io").describe("Where GoPlus is reached"),
  GOPLUS_APP_KEY: z
    .string()
    .min(1)
    .optional()
    .describe("A key, which raises the limits; GoPlus works without"),
  GOPLUS_APP_SECRET: z.string().min(1).optional().describe("The secret of that key"),
  GOPLUS_AUTH_PREFIX: z
    .string()
    .default("")
    .describe(
      "Stands before the access token; the official client sends nothing, its docs say Bearer",
    ),
  RISK_TAX_RED: z.coerce
    .number()
    .positive()
    .default(10)
    .describe("A buy or sell tax above this, in percent, makes the risk red"),
  RISK_LP_YELLOW_DAYS: z.coerce
    .number()
    .nonnegative()
    .default(30)
    .describe("Liquidity that is locked for fewer days makes the risk yellow"),
});
type Settings = z.output<typeof Settings>;

const Envelope = z.object({ code: z.number(), result: z.unknown().optional() });
const Result = z.record(z.string(), z.record(z.string(), z.unknown()));
const NOT_KNOWN = new Set([2004, 2018, 2020, 2021, 2022]);
const REFUSED_TOKEN = new Set([4010, 4011, 4012, 4022, 4023]);

const codeOf = (answer: Pick<OutsideAnswer, "json">): number | undefined =>
  Envelope.safeParse(answer.json).data?.code;

/** GoPlus answers HTTP 200 to almost everything; the code inside says what happened. */
function classify({ status, json }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  if (status !== 200 || json === undefined) return undefined;
  const code = codeOf({ json });
  if (code === undefined) return { kind: "retry", reason: "answer has another shape" };
  if (code === 1) return undefined;
  if (code === 2) return { kind: "partial", reason: "scan not finished" };
  if (NOT_KNOWN.has(code)) return { kind: "empty", reason: `code ${code}` };
  if (code === 4029) return { kind: "throttled", reason: "code 4029", delayMs: 10_000 };
  /**
   * Our token, not the service: the call is repeated without it, so the breaker must not hear
   * "auth".
   */
  if (REFUSED_TOKEN.has(code)) return { kind: "reject", reason: `token refused, code ${code}` };
  return code === 5006
    ? { kind: "reject", reason: "code 5006" }
    : { kind: "retry", reason: `code ${code}` };
}

function call(
  token: KnownToken,
  settings: Settings,
  access: string | null,
  ports: AskPorts,
): Promise<OutsideAnswer> {
  const query = `contract_addresses=${encodeURIComponent(token.tokenCa)}`;
  const prefix = access?.startsWith("Bearer ") ? "" : settings.GOPLUS_AUTH_PREFIX;
  return guardedCall(
    { provider: "goplus", limits: LIMITS },
    () => ({
      url: `${settings.GOPLUS_BASE_URL}/api/v1/${PATHS[token.chain]}?${query}`,
      headers: {
        accept: "application/json",
        ...(access !== null && { authorization: `${prefix}${access}` }),
      },
      timeoutMs: 5_000,
      expect: "json",
      classify,
    }),
    ports,
  );
}

/** With keys: their token, once more with a new one when it is refused, then without. */
async function scanCall(
  token: KnownToken,
  settings: Settings,
  ports: AskPorts,
): Promise<OutsideAnswer> {
  const {
    GOPLUS_APP_KEY: appKey,
    GOPLUS_APP_SECRET: appSecret,
    GOPLUS_BASE_URL: baseUrl,
  } = settings;
  if (appKey === undefined || appSecret === undefined) return call(token, settings, null, ports);
  for (let round = 0; round < 2; round++) {
    const access = await goplusToken({ baseUrl, appKey, appSecret }, LIMITS, ports.tokens, ports);
    if (access === null) break;
    const answer = await call(token, settings, access, ports);
    if (!REFUSED_TOKEN.has(codeOf(answer) ?? 0)) return answer;
    ports.tokens.delete(appKey);
  }
  return call(token, settings, null, ports);
}

/**
 * Result keys are the address: in lower case for EVM, as written elsewhere. An empty result may be
 * `[]`.
 */
function scanOf(token: KnownToken, answer: OutsideAnswer, now: number): SecurityScan | null {
  const result = Result.safeParse(Envelope.safeParse(answer.json).data?.result);
  const wanted = canonicalAddress(token.tokenCa);
  const fields = Object.entries(result.data ?? {}).find(
    ([address]) => canonicalAddress(address) === wanted,
  )?.[1];
  if (fields === undefined || Object.keys(fields).length === 0) return null;
  if (token.chain === "sui") return suiScan(fields);
  return token.chain === "sol" ? solanaScan(fields, now) : evmScan(fields, now);
}

const asNumber = (flag: boolean | undefined): number | null =>
  flag === undefined ? null : Number(flag);

function answerOf(scan: SecurityScan, limits: RiskLimits, verdict: Verdict): EnricherAnswer {
  const risk = riskOf(scan, limits);
  const values = {
    goplus_risk: risk.level,
    buy_tax: scan.buyTax,
    sell_tax: scan.sellTax,
    is_honeypot: asNumber(scan.flags.get("is_honeypot")),
    is_open_source: asNumber(scan.flags.get("is_open_source")),
    holder_count: scan.holderCount,
    top10_share: scan.top10Share,
    lp_lock_days: scan.lpLockDays,
  };
  const freshSeconds = verdict.kind === "partial" ? 60 : risk.level === "red" ? 3_600 : 600;
  return { verdict, values, notes: risk.reasons, freshSeconds };
}

export const goplus = enricher({
  name: "goplus",
  group: "goplus",
  title: "GoPlus Security",
  docs: [
    "Scans a contract for traps: honeypot, taxes, owner powers, holders, liquidity locks. Works",
    "without a key; GOPLUS_APP_KEY and GOPLUS_APP_SECRET raise the limit.",
  ].join(" "),
  provides: Object.fromEntries(
    Object.entries(FACTS).filter(([, fact]) => fact.provider === "goplus"),
  ),
  settings: Settings,
  keepSeconds: 86_400,
  limits: () => LIMITS,
  supports: (token) => PATHS[token.chain] !== undefined,
  async ask(token, settings, ports) {
    const answer = await scanCall(token, settings, ports);
    const { verdict } = answer;
    if (verdict.kind === "empty") return NOTHING_KNOWN(verdict.reason);
    if (verdict.kind !== "ok" && verdict.kind !== "partial") return NO_ANSWER(verdict);
    const scan = scanOf(token, answer, ports.now());
    if (scan === null) return NOTHING_KNOWN("never scanned");
    return answerOf(
      scan,
      { taxRed: settings.RISK_TAX_RED, lpYellowDays: settings.RISK_LP_YELLOW_DAYS },
      verdict,
    );
  },
});
