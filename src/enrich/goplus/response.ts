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

function liquidityLocks(
  value: unknown,
  now: number,
): Pick<SecurityScan, "unlockedLpShare" | "lpLockDays"> {
  const holders = holdersOf(value);
  if (holders === null || holders.length === 0) return { unlockedLpShare: null, lpLockDays: null };
  const unlocked = sum(holders.filter((holder) => !locked(holder)));
  if (unlocked > 0.5) return { unlockedLpShare: unlocked, lpLockDays: 0 };
  const ends = holders
    .filter(locked)
    .flatMap((holder) =>
      (holder.locked_detail ?? []).map((detail) => Date.parse(detail.end_time ?? "")),
    )
    .filter((end) => Number.isFinite(end));
  const days =
    ends.length === 0 ? FOR_EVER_DAYS : Math.max(0, (Math.min(...ends) - now) / 86_400_000);
  return { unlockedLpShare: unlocked, lpLockDays: Math.floor(days) };
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

const Authority = z.object({
  status: z.unknown().optional(),
  authority: z
    .array(z.object({ malicious_address: z.unknown().optional() }))
    .nullish()
    .catch(null),
});
const AUTHORITIES = [
  "mintable",
  "freezable",
  "closable",
  "balance_mutable_authority",
  "metadata_mutable",
] as const;
const Fee = z.object({ current_fee_rate: z.object({ fee_rate: z.unknown().optional() }) });

/** The fee charged on each transfer, in percent; an empty object says there is none. */
function transferFee(value: unknown): number | null {
  const fee = Fee.safeParse(value);
  if (fee.success) return percent(fee.data.current_fee_rate.fee_rate);
  const empty = z.strictObject({}).safeParse(value);
  return empty.success ? 0 : null;
}

export function solanaScan(fields: Fields, now: number): SecurityScan {
  const authorities = AUTHORITIES.map(
    (name) => [name, Authority.safeParse(fields[name]).data] as const,
  );
  const creators = z
    .array(z.object({ malicious_address: z.unknown().optional() }))
    .safeParse(fields.creators ?? fields.creator);
  const people = [
    ...authorities.flatMap(([, value]) => value?.authority ?? []),
    ...(creators.data ?? []),
  ];
  const fee = transferFee(fields.transfer_fee);
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
