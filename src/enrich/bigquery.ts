import { type BigQuery, bigQueryClient, runQuery } from "../google/bigquery.ts";
import type { BigQueryRow } from "../google/bigquery-response.ts";
import { BigQuerySettings } from "../google/settings.ts";
import { numericAmount, numericShare } from "../kit/numeric.ts";
import { iso } from "../kit/time.ts";
import { FACTS, type FactValues } from "../model/facts.ts";
import { canonicalAddress } from "../model/mention.ts";
import type { OnchainFeatures } from "../model/onchain-features.ts";
import type { Chain } from "../model/scalars.ts";
import {
  type AskPorts,
  type EnricherAnswer,
  enricher,
  type KnownToken,
  NO_ANSWER,
} from "./enricher.ts";

/**
 * Public tables with a token's transfers. Only those with day partitions: with month partitions a
 * window of 24 hours would be billed as a month. No public set holds BSC or Base.
 */
const TRANSFERS: Partial<Record<Chain, { table: string; token: string; amount: string }>> = {
  eth: {
    table: "bigquery-public-data.crypto_ethereum.token_transfers",
    token: "token_address",
    amount: "value",
  },
};

const WINDOW = "24h";
const DAY_MS = 86_400_000;
/**
 * The window begins at a whole ten minutes, so that a question asked again is the same question.
 */
const STEP_MS = 600_000;
const FRESH_SECONDS = 1_800;
/** Rows younger than this are taken from the database in place of a query. */
const REUSE_MS = FRESH_SECONDS * 1_000;

/** Table and column names cannot be parameters: they come from the list above alone. */
const sqlFor = ({
  table,
  token,
  amount,
}: {
  table: string;
  token: string;
  amount: string;
}): string => `
WITH moved AS (
  SELECT from_address, to_address, SAFE_CAST(${amount} AS BIGNUMERIC) AS amount, block_timestamp
  FROM \`${table}\`
  WHERE ${token} = @token AND block_timestamp >= @since
), received AS (
  SELECT to_address, SUM(amount) AS amount FROM moved GROUP BY to_address
)
SELECT
  (SELECT COUNT(DISTINCT from_address) FROM moved) AS active_addrs,
  (SELECT COUNT(*) FROM moved) AS transfers,
  (SELECT COUNT(*) FROM (
      SELECT to_address FROM moved EXCEPT DISTINCT SELECT from_address FROM moved
    )) AS new_holders,
  (SELECT SAFE_DIVIDE(MAX(amount), SUM(amount)) FROM received) AS whale_share,
  (SELECT MAX(block_timestamp) FROM moved) AS last_ts`;

/**
 * How far to trust the figures, 0 to 1: less with few transfers, because shares of small samples
 * swing, and less the further the newest block lies back, because the data set may lag.
 */
export function confidenceOf(transfers: number, lagMs: number): number {
  const size = Math.min(1, Math.log10(transfers + 1) / 3);
  const recency = Math.max(0, 1 - lagMs / (6 * 3_600_000));
  return Math.round(size * recency * 100) / 100;
}

const isTime = (value: unknown): value is string =>
  typeof value === "string" && Number.isFinite(Date.parse(value));

/**
 * new_holders_24h counts addresses that received and did not send; whale_share is the biggest
 * receiver's part of what moved. True holdings would take the whole history, which costs a hundred
 * times as much.
 *
 * Null: no transfer in the window. The figures describe the time of the newest block that was read.
 */
export function featuresOf(
  row: BigQueryRow,
  token: KnownToken,
  now: number,
): OnchainFeatures | null {
  const transfers = numericAmount(row.transfers);
  if (transfers === null || transfers === 0 || !isTime(row.last_ts)) return null;
  const confidence = confidenceOf(transfers, now - Date.parse(row.last_ts));
  const values: FactValues = {
    active_addrs_24h: numericAmount(row.active_addrs),
    transfers_24h: transfers,
    new_holders_24h: numericAmount(row.new_holders),
    whale_share: numericShare(row.whale_share),
    onchain_confidence: confidence,
  };
  return {
    chain: token.chain,
    tokenCa: canonicalAddress(token.tokenCa),
    window: WINDOW,
    asOf: row.last_ts,
    values,
    confidence,
  };
}

const answerOf = ({ values, asOf }: OnchainFeatures): EnricherAnswer => ({
  verdict: { kind: "ok", reason: "" },
  values,
  notes: [],
  freshSeconds: FRESH_SECONDS,
  asOf,
});

async function query(
  token: KnownToken,
  client: BigQuery,
  ports: AskPorts,
): Promise<EnricherAnswer> {
  const source = TRANSFERS[token.chain];
  if (source === undefined) return NO_ANSWER({ kind: "reject", reason: "no data for this chain" });
  const since = {
    type: "TIMESTAMP",
    value: iso(Math.floor(ports.now() / STEP_MS) * STEP_MS - DAY_MS),
  } as const;
  const params = {
    token: { type: "STRING", value: canonicalAddress(token.tokenCa) },
    since,
  } as const;
  const result = await runQuery(
    { sql: sqlFor(source), params, tables: 1, maxRows: 1 },
    client,
    ports,
  );
  const [row] = result.rows;
  if (result.verdict.kind !== "ok")
    return NO_ANSWER({
      ...result.verdict,
      kind: result.verdict.kind === "partial" ? "retry" : result.verdict.kind,
    });
  const features = row === undefined ? null : featuresOf(row, token, ports.now());
  if (features === null)
    return {
      ...NO_ANSWER({ kind: "empty", reason: "no transfer in 24 hours" }),
      freshSeconds: FRESH_SECONDS,
    };
  await ports.features.putFeatures(features).catch(() => undefined);
  return answerOf(features);
}

export const bigquery = enricher({
  name: "bigquery",
  group: "bigquery",
  title: "BigQuery",
  docs: [
    "On-chain activity of Ethereum tokens from Google's public data. Needs GCP_SA_JSON (role",
    "BigQuery Job User). Every query is dry-run first and capped; BQ_DAILY_BYTES is never passed.",
  ].join(" "),
  provides: Object.fromEntries(
    Object.entries(FACTS).filter(([, fact]) => fact.provider === "bigquery"),
  ),
  settings: BigQuerySettings,
  keepSeconds: 86_400,
  providers: ["bigquery", "google"],
  limits: (settings) => ({
    pace: { perMinute: 30, gapMs: 0 },
    dailyBudget: settings.BQ_DAILY_BYTES,
  }),
  supports: (token) => TRANSFERS[token.chain] !== undefined,
  async ask(token, settings, ports) {
    const stored = await ports.features
      .features(token.chain, canonicalAddress(token.tokenCa), WINDOW)
      .catch(() => undefined);
    if (stored !== undefined && ports.now() - Date.parse(stored.asOf) < REUSE_MS)
      return answerOf(stored);
    const client = bigQueryClient(settings);
    return client === null
      ? NO_ANSWER({ kind: "auth", reason: "GCP_SA_JSON is no key file" })
      : query(token, client, ports);
  },
});
