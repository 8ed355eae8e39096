import { generateKeyPairSync } from "node:crypto";
import { samplesUntil } from "../../samples.ts";
import { type Emulator, type EmulatorCall, json, NOT_FOUND } from "../emulator.ts";
import { tokenAt } from "../tokens.ts";

/** Account, project and addresses belong together: the token of an account is good for BigQuery. */
const OWNED = ["BIGQUERY_BASE_URL", "GOOGLE_TOKEN_URL", "GCP_SA_JSON", "GCP_PROJECT_ID"];

let account: string | undefined;

/** A key file that nobody else knows, made once a process: making a key takes a moment. */
export function standInAccount(): string {
  account ??= JSON.stringify({
    client_email: "stream@local.iam.gserviceaccount.com",
    private_key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
      type: "pkcs8",
      format: "pem",
    }),
    private_key_id: "local",
    project_id: "local",
  });
  return account;
}

/** Google's token endpoint: any well-formed assertion gets a token. */
export const google: Emulator = {
  name: "google",
  settings: (base) => ({
    GOOGLE_TOKEN_URL: `${base}/google/token`,
  }),
  owned: OWNED,
  refusals: {
    throttled: json({ error: "rate_limit_exceeded" }, 429),
    empty: json({ error: "invalid_grant" }, 400),
  },
  answer: ({ text }) =>
    /assertion=[\w-]+\.[\w-]+\.[\w-]+/.test(text)
      ? json({ access_token: "ya29.local", expires_in: 3599, token_type: "Bearer" })
      : json({ error: "invalid_grant", error_description: "Invalid JWT Signature." }, 400),
};

type Query = {
  query?: string;
  dryRun?: boolean;
  maximumBytesBilled?: string;
  queryParameters?: { name?: string; parameterValue?: { value?: string } }[];
};

const failure = (code: number, reason: string, message: string, status: string) =>
  json(
    { error: { code, message, errors: [{ message, domain: "usageLimits", reason }], status } },
    code,
  );

const SCANNED_BYTES = 731_906_048;

/** The columns that a query names with AS, with a figure each for the token it asks about. */
function answerColumns(query: Query, now: number) {
  const address =
    query.queryParameters?.find(({ name }) => name === "token")?.parameterValue?.value ?? "";
  const token = tokenAt(address);
  const names = [...(query.query ?? "").matchAll(/\bAS\s+`?(\w+)`?/gi)].map(
    (match) => match[1] ?? "",
  );
  const figures = names.map((name) => {
    if (/ts$|time|as_?of/i.test(name))
      return { name, type: "TIMESTAMP", value: String(now * 1000 - 600_000_000) };
    if (/share|ratio|percent/i.test(name))
      return { name, type: "FLOAT", value: (token.chance(name) * 0.6).toFixed(4) };
    return { name, type: "INTEGER", value: String(Math.round(token.holders * token.chance(name))) };
  });
  return {
    schema: { fields: figures.map(({ name, type }) => ({ name, type, mode: "NULLABLE" })) },
    rows: [{ f: figures.map(({ value }) => ({ v: value })) }],
  };
}

/** The rows of a source's query: a post a minute, after the time that it asks from. */
function answerPosts(since: string, now: number) {
  const posts = samplesUntil(now, 60_000, 60).filter(
    (post) => Date.parse(post.posted_at) > Date.parse(since),
  );
  const cells = posts
    .reverse()
    .map((post) => [post.id, post.author, post.text, String(Date.parse(post.posted_at) * 1_000)]);
  const fields = ["id", "author", "text", "posted_at"].map((name) => ({
    name,
    type: name === "posted_at" ? "TIMESTAMP" : "STRING",
    mode: "NULLABLE",
  }));
  return { schema: { fields }, rows: cells.map((row) => ({ f: row.map((v) => ({ v })) })) };
}

function run({ json: body, now }: EmulatorCall) {
  const query = (body ?? {}) as Query;
  const asked = (name: string) =>
    query.queryParameters?.find((each) => each.name === name)?.parameterValue?.value;
  const { schema, rows } =
    asked("after") === undefined
      ? answerColumns(query, now)
      : answerPosts(asked("since") ?? "", now);
  const common = {
    kind: "bigquery#queryResponse",
    schema,
    jobComplete: true,
    cacheHit: false,
    totalBytesProcessed: String(SCANNED_BYTES),
    jobReference: { projectId: "local", jobId: "job_local", location: "US" },
  };
  if (query.dryRun) return json(common);
  const needed = SCANNED_BYTES + 1_048_576;
  if (Number(query.maximumBytesBilled ?? Number.POSITIVE_INFINITY) < needed) {
    const message =
      `Query exceeded limit for bytes billed: ${query.maximumBytesBilled}. ` +
      `${needed} or higher required.`;
    return failure(500, "bytesBilledLimitExceeded", message, "INTERNAL");
  }
  return json({
    ...common,
    totalRows: String(rows.length),
    rows,
    totalBytesBilled: String(needed),
  });
}

export const bigquery: Emulator = {
  name: "bigquery",
  settings: (base) => ({
    BIGQUERY_BASE_URL: `${base}/bigquery`,
    GCP_SA_JSON: standInAccount(),
    BQ_SOURCE_SQL: "SELECT id, author, text, posted_at FROM `local.demo.posts`",
    BQ_SOURCE_EVERY_MINUTES: "5",
    // Nobody is billed here, so the budget lasts for the day.
    BQ_DAILY_BYTES: "1000000000000000",
  }),
  owned: OWNED,
  source: "bigquery",
  refusals: {
    throttled: failure(403, "rateLimitExceeded", "Exceeded rate limits", "PERMISSION_DENIED"),
    quota: failure(
      403,
      "quotaExceeded",
      "Quota exceeded: Your project exceeded quota for free query bytes scanned.",
      "PERMISSION_DENIED",
    ),
    empty: json({
      kind: "bigquery#queryResponse",
      jobComplete: true,
      totalRows: "0",
      totalBytesProcessed: "0",
      schema: { fields: [] },
    }),
  },
  answer: (call) => (/\/projects\/[^/]+\/queries/.test(call.path) ? run(call) : NOT_FOUND),
};
