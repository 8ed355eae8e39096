import { randomBytes } from "node:crypto";
import type pg from "pg";
import * as z from "zod";
import { ask, type ServerAccess, ServerError, send } from "../cli/client.ts";
import { sha256Hex } from "../src/kit/hash.ts";
import { FORGET_EVENT } from "../src/store/postgres/retention.ts";
import { withDatabase } from "./database.ts";
import { Refusal } from "./refusal.ts";

export type Trial = {
  url: string;
  /** Sent with every request: which version is meant, while two share the requests. */
  headers: Record<string, string>;
  /** The Worker's own login to its database. */
  databaseUrl: string;
  /** How long a state is waited for. */
  patienceMs: number;
};

const LOOK_EVERY_MS = 1_000;
const KEY_MINUTES = 15;
const REQUEST_MS = 15_000;
/** A verdict about the words ends a post too, where the settings let no English through. */
const JUDGED = ["evidence", "dropped", "duplicate"];

/** Waits for an answer that `holds`. Throws a Refusal that says what came last. */
async function until<T>(
  what: string,
  patienceMs: number,
  look: () => Promise<{ found: T } | { instead: string }>,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const seen = await look().catch((error: Error) => ({ instead: error.message }));
    if ("found" in seen) return seen.found;
    if (performance.now() > end)
      throw new Refusal(`${what} within ${patienceMs / 1000} s; the last answer: ${seen.instead}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

export async function untilReady({ url, headers, patienceMs }: Trial): Promise<void> {
  await until(`${url}/readyz did not answer 200`, patienceMs, async () => {
    const response = await send({ url, key: null, timeoutMs: REQUEST_MS }, "/readyz", { headers });
    const text = await response.text();
    return response.ok ? { found: true } : { instead: `${response.status} ${text.slice(0, 300)}` };
  });
}

const History = z.object({
  outcome: z.string().nullable(),
  reason: z.string().nullable(),
  steps: z.array(z.object({ event_key: z.string().nullable() })),
});
const Explained = z.object({ rules: z.array(z.unknown()).min(1), rules_version: z.string() });
const Tested = z.object({ ok: z.boolean(), reason: z.string() });

/**
 * Sends one post that notifies nobody through the deployment and follows it to its evidence and its
 * explained signal, and a message to a channel that writes a log line. What it made is deleted
 * again, also when something failed. Answers what became of the post. Throws a Refusal that says
 * what did not work.
 */
export async function tryDeployment(trial: Trial): Promise<string> {
  return withDatabase(trial.databaseUrl, async (client) => {
    const mark = randomBytes(4).toString("hex");
    const key = await makeKey(client, mark);
    const server = { url: trial.url, key, timeoutMs: REQUEST_MS };
    const left: Left = { mark, events: [], channel: undefined };
    try {
      return await tryAs(server, trial, left);
    } catch (error) {
      throw error instanceof ServerError ? new Refusal(error.message) : error;
    } finally {
      await cleanUp(client, left);
    }
  });
}

/** What has to be deleted afterwards. */
type Left = { mark: string; events: string[]; channel: number | undefined };

async function tryAs(server: ServerAccess, trial: Trial, left: Left): Promise<string> {
  const { headers, patienceMs } = trial;
  const post = {
    id: left.mark,
    source: "smoke",
    author: "deploy",
    text: `$${symbolOf(left.mark)} gets listed on a big exchange today, great news for everyone`,
    posted_at: new Date().toISOString(),
  };
  await ask(server, "/ingest?quiet=true", { method: "POST", body: { posts: [post] }, headers });
  const history = await until("the post was not judged", patienceMs, async () => {
    const read = History.parse(await ask(server, `/posts/smoke/${left.mark}`, { headers }));
    return read.outcome !== null && JUDGED.includes(read.outcome)
      ? { found: read }
      : { instead: `outcome ${read.outcome}, ${read.reason}` };
  });
  left.events = history.steps.flatMap(({ event_key }) => event_key ?? []);
  const [eventKey] = left.events;
  if (history.outcome === "evidence" && eventKey !== undefined)
    await until("the signal was not explained", patienceMs, async () => {
      const path = `/signals/${encodeURIComponent(eventKey)}/explain`;
      const read = Explained.safeParse(await ask(server, path, { headers }));
      return read.success ? { found: true } : { instead: read.error.message };
    });
  const channel = await ask<{ id: number }>(server, "/channels", {
    method: "POST",
    body: { kind: "log", name: `smoke ${left.mark}`, filter: { symbols: [symbolOf(left.mark)] } },
    headers,
  });
  left.channel = channel.id;
  const tested = Tested.parse(
    await ask(server, `/channels/${channel.id}/test`, { method: "POST", headers }),
  );
  if (!tested.ok) throw new Refusal(`the log channel did not take a message: ${tested.reason}`);
  return history.outcome === "evidence"
    ? "a post became evidence of an explained signal"
    : `a post was judged (${history.outcome}: ${history.reason}); no signal was tried`;
}

/** Letters alone, which no other token has. */
const symbolOf = (mark: string): string =>
  `SMK${mark.replaceAll(/\d/g, (digit) => "GHJKLMNPQR"[Number(digit)] ?? "")}`.toUpperCase();

/** A key of the scope admin for some minutes, made where the Worker looks keys up. */
async function makeKey(client: pg.Client, mark: string): Promise<string> {
  const secret = randomBytes(24).toString("base64url");
  await client.query(
    `insert into api_keys (id, name, hash, scopes, created_at, expires_at)
     values ($1, 'smoke', $2, '{admin}', now(), now() + make_interval(mins => $3))`,
    [`smoke${mark}`, sha256Hex(secret), KEY_MINUTES],
  );
  return `ess_smoke${mark}.${secret}`;
}

async function cleanUp(client: pg.Client, { mark, events, channel }: Left): Promise<void> {
  for (const event of events) await client.query(FORGET_EVENT, [event]);
  if (channel !== undefined) await client.query("delete from channels where id = $1", [channel]);
  await client.query("delete from api_keys where id = $1", [`smoke${mark}`]);
}
