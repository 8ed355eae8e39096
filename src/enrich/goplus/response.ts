import * as z from "zod";
import { numeric, numericAmount } from "../../kit/numeric.ts";

/**
 * What a scan says, in one shape for every kind of chain. Null = not known, which is never the same
 * as safe.
 */
export type SecurityScan = {
  kind: "evm" | "solana" | "sui";
  /** Flags by GoPlus's own names: true, false, or absent when unknown. */
  flags: ReadonlyMap<string, boolean>;
  /** Percent. */
  buyTax: number | null;
  sellTax: number | null;
  holderCount: number | null;
  /**
   * 0..1, of the ten biggest holders that are people: no contracts, no locks, no burn addresses.
   */
  top10Share: number | null;
  /** 0..1 of the liquidity that can be withdrawn at once. */
  unlockedLpShare: number | null;
  /** Days until the first lock on liquidity ends; 0 when most of it is not locked at all. */
  lpLockDays: number | null;
  /** Other tokens of the same creator that were honeypots. */
  creatorHoneypots: number | null;
};

const Holder = z.object({
  address: z.string().nullish().catch(null),
  account: z.string().nullish().catch(null),
  percent: z.unknown().optional(),
  is_contract: z.unknown().optional(),
  is_locked: z.unknown().optional(),
  locked_detail: z
    .array(z.object({ end_time: z.string().nullish().catch(null) }))
    .nullish()
    .catch(null),
});
type Holder = z.infer<typeof Holder>;

/** A burnt position never unlocks; ten years stand for "for ever". */
const FOR_EVER_DAYS = 3_650;
const BURNT =
  /^0x0{36,}(dead|[0-9a-f]{4})$|^1nc1nerator11111111111111111111111111111111$|^1{32,}$/i;

const burnt = (holder: Holder): boolean => BURNT.test(holder.address ?? holder.account ?? "");
const locked = (holder: Holder): boolean => numeric(holder.is_locked) === 1 || burnt(holder);
const share = (holder: Holder): number => numericAmount(holder.percent) ?? 0;
const sum = (holders: Holder[]): number =>
  holders.reduce((total, holder) => total + share(holder), 0);

const holdersOf = (value: unknown): Holder[] | null =>
  Array.isArray(value) ? value.flatMap((item) => Holder.safeParse(item).data ?? []) : null;

function top10(value: unknown): number | null {
  const holders = holdersOf(value);
  if (holders === null || holders.length === 0) return null;
  const people = holders.filter((holder) => numeric(holder.is_contract) !== 1 && !locked(holder));
  return Math.min(1, sum(people.toSorted((a, b) => share(b) - share(a)).slice(0, 10)));
}

/** Less of the liquidity than this does not decide about the rest. */
const SLIVER = 0.05;

/** When a position can be withdrawn: null when nobody says, infinity for a burnt one. */
function endOf(holder: Holder): number | null {
  if (burnt(holder)) return Number.POSITIVE_INFINITY;
  const ends = (holder.locked_detail ?? [])
    .map((detail) => Date.parse(detail.end_time ?? ""))
    .filter((end) => Number.isFinite(end));
  return ends.length === 0 ? null : Math.min(...ends);
}

/** Days until more than a sliver of the liquidity can be withdrawn; null when nobody says when. */
function daysLocked(holders: readonly Holder[], unlocked: number, now: number): number | null {
  const named = holders.some((holder) => share(holder) > 0);
  const positions = holders
    .filter(locked)
    .map((holder) => ({ end: endOf(holder), part: named ? share(holder) : 1 / holders.length }));
  let free = unlocked;
  for (const { end, part } of positions.toSorted((a, b) => (a.end ?? 0) - (b.end ?? 0))) {
    if (end === null || end === Number.POSITIVE_INFINITY) continue;
    free += part;
    if (free >= SLIVER) return Math.floor(Math.max(0, (end - now) / 86_400_000));
  }
  const untold = positions.reduce((total, { end, part }) => total + (end === null ? part : 0), 0);
  return untold >= SLIVER ? null : FOR_EVER_DAYS;
}

function liquidityLocks(
  value: unknown,
  now: number,
): Pick<SecurityScan, "unlockedLpShare" | "lpLockDays"> {
  const holders = holdersOf(value);
  if (holders === null || holders.length === 0) return { unlockedLpShare: null, lpLockDays: null };
  const unlocked = sum(holders.filter((holder) => !locked(holder)));
  if (unlocked > 0.5) return { unlockedLpShare: unlocked, lpLockDays: 0 };
  return { unlockedLpShare: unlocked, lpLockDays: daysLocked(holders, unlocked, now) };
}

/** "1"/"0" as GoPlus writes flags; "" and anything else is unknown. */
function flag(value: unknown): boolean | undefined {
  const number = numeric(value);
  return number === 1 ? true : number === 0 ? false : undefined;
}

/** Taxes are fractions ("0.05" = 5 %); a value above 1 can only be a percentage already. */
function percent(value: unknown): number | null {
  const number = numericAmount(value);
  if (number === null) return null;
  return number <= 1 ? number * 100 : number;
}

const known = (entries: [string, boolean | undefined][]): Map<string, boolean> =>
  new Map(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

type Fields = Record<string, unknown>;

export function evmScan(fields: Fields, now: number): SecurityScan {
  const flags = known(
    Object.entries(fields)
      .filter(([, value]) => typeof value === "string" || typeof value === "number")
      .map(([name, value]) => [name, flag(value)]),
  );
  const fake = z.object({ value: z.unknown().optional() }).safeParse(fields.fake_token);
  if (numeric(fake.data?.value) === 1) flags.set("is_true_token", false);
  return {
    kind: "evm",
    flags,
    buyTax: percent(fields.buy_tax),
    sellTax: percent(fields.sell_tax),
    holderCount: numericAmount(fields.holder_count),
    top10Share: top10(fields.holders),
    ...liquidityLocks(fields.lp_holders, now),
    creatorHoneypots: numericAmount(fields.honeypot_with_same_creator),
  };
}

const Authorities = z.array(z.object({ malicious_address: z.unknown().optional() }));
const Authority = z
  .object({
    status: z.unknown().optional(),
    authority: Authorities.nullish().catch(null),
    metadata_upgrade_authority: Authorities.nullish().catch(null),
  })
  .transform(({ status, authority, metadata_upgrade_authority }) => ({
    status,
    authority: [...(authority ?? []), ...(metadata_upgrade_authority ?? [])],
  }));
const AUTHORITIES = [
  "mintable",
  "freezable",
  "closable",
  "balance_mutable_authority",
  "metadata_mutable",
  "default_account_state_upgradable",
  "transfer_fee_upgradable",
  "transfer_hook_upgradable",
] as const;
const Rate = z.object({ fee_rate: z.unknown().optional() });
const Fee = z
  .object({
    current_fee_rate: Rate.optional(),
    scheduled_fee_rate: z
      .union([z.array(Rate), Rate.transform((rate) => [rate])])
      .optional()
      .catch(undefined),
  })
  .refine((fee) => fee.current_fee_rate !== undefined || fee.scheduled_fee_rate !== undefined);

/** The fee charged on each transfer, in percent; an empty object says there is none. */
function transferFee(value: unknown): number | null {
  const fee = Fee.safeParse(value);
  if (fee.success && fee.data.current_fee_rate !== undefined)
    return percent(fee.data.current_fee_rate.fee_rate);
  if (fee.success) return 0;
  const empty = z.strictObject({}).safeParse(value);
  return empty.success ? 0 : null;
}

/** The highest fee that is set to come, in percent; null when none is scheduled. */
function scheduledFee(value: unknown): number | null {
  const rates = Fee.safeParse(value).data?.scheduled_fee_rate ?? [];
  const fees = rates.flatMap(({ fee_rate }) => percent(fee_rate) ?? []);
  return fees.length === 0 ? null : Math.max(...fees);
}

export function solanaScan(fields: Fields, now: number): SecurityScan {
  const authorities = AUTHORITIES.map(
    (name) => [name, Authority.safeParse(fields[name]).data] as const,
  );
  const creators = Authorities.safeParse(fields.creators ?? fields.creator).data ?? [];
  const hooks = Authorities.safeParse(fields.transfer_hook).data;
  const people = [
    ...authorities.flatMap(([, value]) => value?.authority ?? []),
    ...creators,
    ...(hooks ?? []),
  ];
  const fee = transferFee(fields.transfer_fee);
  const nextFee = scheduledFee(fields.transfer_fee);
  const flags = known([
    ...authorities.map(([name, value]): [string, boolean | undefined] => [
      name,
      flag(value?.status),
    ]),
    ["non_transferable", flag(fields.non_transferable ?? fields.none_transferable)],
    [
      "frozen_by_default",
      fields.default_account_state === undefined
        ? undefined
        : String(fields.default_account_state) === "2",
    ],
    ["malicious_authority", people.some((person) => numeric(person.malicious_address) === 1)],
    ["transfer_hook", hooks === undefined ? undefined : hooks.length > 0],
    ["fee_rise_scheduled", nextFee === null ? undefined : nextFee > (fee ?? 0)],
    ["trusted_token", flag(fields.trusted_token)],
  ]);
  return {
    kind: "solana",
    flags,
    buyTax: fee,
    sellTax: fee,
    holderCount: numericAmount(fields.holder_count),
    top10Share: top10(fields.holders),
    ...liquidityLocks(fields.lp_holders, now),
    creatorHoneypots: null,
  };
}

const Power = z.object({ value: z.unknown().optional() });
const SUI_POWERS = ["mintable", "blacklist", "contract_upgradeable", "metadata_modifiable"];

/** Sui: four powers of the issuer. There are no taxes there, and no figures about liquidity. */
export function suiScan(fields: Fields): SecurityScan {
  return {
    kind: "sui",
    flags: known(SUI_POWERS.map((name) => [name, flag(Power.safeParse(fields[name]).data?.value)])),
    buyTax: null,
    sellTax: null,
    holderCount: numericAmount(fields.holder_count),
    top10Share: top10(fields.holders),
    unlockedLpShare: null,
    lpLockDays: null,
    creatorHoneypots: null,
  };
}
