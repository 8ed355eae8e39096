import type { RiskLevel } from "../../model/scalars.ts";
import type { SecurityScan } from "./response.ts";

export type RiskLimits = { taxRed: number; lpYellowDays: number };
export type TokenRisk = { level: RiskLevel; reasons: string[] };

const TAX_YELLOW = 5;

/** Flag -> what a person reads. Any of these makes the token red. */
const RED: Record<SecurityScan["kind"], Record<string, string>> = {
  evm: {
    is_honeypot: "honeypot: it cannot be sold",
    cannot_sell_all: "holders cannot sell all they hold",
    cannot_buy: "it cannot be bought",
    owner_change_balance: "the owner can change balances",
    hidden_owner: "hidden owner",
    selfdestruct: "the contract can destroy itself",
    is_airdrop_scam: "airdrop scam",
  },
  solana: {
    freezable: "accounts can be frozen",
    balance_mutable_authority: "an authority can change balances",
    closable: "accounts can be closed",
    non_transferable: "it cannot be transferred",
    frozen_by_default: "new accounts start frozen",
    malicious_authority: "an authority is known as malicious",
  },
  sui: {},
};

const YELLOW: Record<SecurityScan["kind"], Record<string, string>> = {
  evm: {
    is_proxy: "upgradeable proxy",
    is_mintable: "more can be minted",
    transfer_pausable: "transfers can be paused",
    is_blacklisted: "has a blacklist",
    slippage_modifiable: "taxes can be changed",
    can_take_back_ownership: "ownership can be taken back",
    trading_cooldown: "trading cooldown",
  },
  solana: {
    mintable: "more can be minted",
    metadata_mutable: "metadata can be changed",
    transfer_hook: "a program decides on each transfer (transfer hook)",
    transfer_hook_upgradable: "the transfer hook can be changed",
    transfer_fee_upgradable: "the transfer fee can be changed",
    fee_rise_scheduled: "a higher transfer fee is scheduled",
    default_account_state_upgradable: "new accounts can be made to start frozen",
  },
  sui: {
    mintable: "more can be minted",
    blacklist: "has a blacklist",
    contract_upgradeable: "the package can be upgraded",
    metadata_modifiable: "metadata can be changed",
  },
};

/** Flags that must be known before a token may be called green. */
const NEEDED: Record<SecurityScan["kind"], string[]> = {
  evm: ["is_honeypot"],
  solana: ["mintable", "freezable"],
  sui: ["mintable", "blacklist"],
};

const raised = (scan: SecurityScan, table: Record<string, string>): string[] =>
  Object.entries(table).flatMap(([name, text]) => (scan.flags.get(name) === true ? [text] : []));

const percent = (value: number): string => `${Math.round(value * 10) / 10} %`;

function taxes(scan: SecurityScan, from: number, below: number): string[] {
  const named = [
    ["buy tax", scan.buyTax],
    ["sell tax", scan.sellTax],
  ] as const;
  return named.flatMap(([name, tax]) =>
    tax !== null && tax >= from && tax < below ? [`${name} ${percent(tax)}`] : [],
  );
}

const isTrusted = ({ flags }: SecurityScan): boolean =>
  flags.get("trust_list") === true || flags.get("trusted_token") === true;

/** Regulated coins can be frozen by law: on the trust list that is no reason by itself. */
const LAWFUL = new Set([RED.solana.freezable]);

function reds(scan: SecurityScan, limits: RiskLimits): string[] {
  const fake = scan.flags.get("is_true_token") === false ? ["imitates another token"] : [];
  const flags = raised(scan, RED[scan.kind]);
  return [
    ...(isTrusted(scan) ? flags.filter((reason) => !LAWFUL.has(reason)) : flags),
    ...fake,
    ...taxes(scan, limits.taxRed, Number.POSITIVE_INFINITY),
  ];
}

function yellows(scan: SecurityScan, limits: RiskLimits): string[] {
  const reasons = [...raised(scan, YELLOW[scan.kind]), ...taxes(scan, TAX_YELLOW, limits.taxRed)];
  const { unlockedLpShare, lpLockDays, top10Share, creatorHoneypots } = scan;
  if (scan.flags.get("is_open_source") === false) reasons.push("source code not published");
  if (unlockedLpShare !== null && unlockedLpShare > 0.5)
    reasons.push(`${percent(unlockedLpShare * 100)} of the liquidity is not locked`);
  else if (lpLockDays !== null && lpLockDays < limits.lpYellowDays)
    reasons.push(`a liquidity lock ends in ${lpLockDays} days`);
  if (top10Share !== null && top10Share > 0.5)
    reasons.push(`ten holders own ${percent(top10Share * 100)}`);
  if (creatorHoneypots !== null && creatorHoneypots > 0)
    reasons.push("its creator made honeypots before");
  return reasons;
}

/** What must be known, and clean, before a token may be called green. */
function unknowns(scan: SecurityScan): string[] {
  const missing = NEEDED[scan.kind].filter((name) => !scan.flags.has(name));
  if (scan.kind === "evm" && scan.buyTax === null) missing.push("buy_tax");
  if (scan.kind === "evm" && scan.sellTax === null) missing.push("sell_tax");
  return missing;
}

/**
 * red: do not touch · yellow: look closer · green: the scan looked at all that matters and found
 * nothing · unknown: it did not look at all of it. A token on GoPlus's trust list has its yellow
 * reasons explained away, but never its red ones. Rules: docs/enrichment.md.
 */
export function riskOf(scan: SecurityScan, limits: RiskLimits): TokenRisk {
  const red = reds(scan, limits);
  if (red.length > 0) return { level: "red", reasons: red };
  const missing = unknowns(scan);
  const yellow = yellows(scan, limits);
  const trusted = isTrusted(scan);
  if (yellow.length > 0 && !(trusted && missing.length === 0))
    return { level: "yellow", reasons: yellow };
  return missing.length > 0
    ? { level: "unknown", reasons: [`not scanned: ${missing.join(", ")}`] }
    : { level: "green", reasons: trusted && yellow.length > 0 ? ["on the trust list"] : [] };
}
