import * as z from "zod";
import type { GuardedPorts } from "../../http/provider-call.ts";
import { numeric } from "../../kit/numeric.ts";
import { iso } from "../../kit/time.ts";
import { readCursor } from "../_shared/cursor.ts";
import { jsonItems } from "../_shared/json.ts";
import { readPosts } from "../_shared/post-input.ts";
import { NOTHING_NEW } from "../_shared/verdicts.ts";
import { type PollResult, source } from "../source.ts";
import { ApifySettings, CENTS, callApify, wasRefused } from "./client.ts";
import { apifyPostInput } from "./response.ts";

const PAGE = 200;
const PAGES_A_POLL = 5;
/** How long a run whose start was lost is looked for; a run ends after five minutes. */
const GIVE_UP_MS = 30 * 60_000;

/**
 * idle: the next poll starts a run · starting: a start was sent and its answer lost, so look for
 * that run before paying for another ·
 * running: wait for its end · reading: page through its dataset.
 */
const Cursor = z.discriminatedUnion("step", [
  z.object({ step: z.literal("idle") }),
  z.object({ step: z.literal("starting"), at: z.number() }),
  z.object({ step: z.literal("running"), runId: z.string() }),
  z.object({ step: z.literal("reading"), datasetId: z.string(), offset: z.number() }),
]);
type Cursor = z.infer<typeof Cursor>;
const IDLE: Cursor = { step: "idle" };

const Run = z.object({
  id: z.string(),
  status: z.string(),
  defaultDatasetId: z.string(),
  startedAt: z.string(),
  usageTotalUsd: z.unknown().optional(),
});
const RunAnswer = z.object({ data: Run });
const RunList = z.object({ data: z.object({ items: z.array(Run) }) });
const ENDED = new Set(["SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"]);

/** There is no since_id: a window of days in the query, and the store knows what is old. */
function input(settings: ApifySettings, since: string | null, now: number) {
  const day = (since ?? iso(now - 86_400_000)).slice(0, 10);
  return {
    searchTerms: settings.APIFY_SEARCH === "" ? [] : [`${settings.APIFY_SEARCH} since:${day}`],
    twitterHandles: settings.APIFY_HANDLES,
    sort: "Latest",
    maxItems: settings.APIFY_MAX_ITEMS,
  };
}

/**
 * A run that nobody waits for has five minutes; one that a backfill waits for ends while the Worker
 * still lives.
 */
const RUN_SECONDS = 300;
const BACKFILL_SECONDS = 20;

const options = (
  { APIFY_MAX_ITEMS: items, APIFY_MAX_CHARGE_USD: charge }: ApifySettings,
  seconds: number,
): string => `maxItems=${items}&maxTotalChargeUsd=${charge}&timeout=${seconds}`;
const actor = (settings: ApifySettings): string =>
  `/actors/${encodeURIComponent(settings.APIFY_ACTOR_ID)}`;

type Step = Pick<PollResult, "verdict"> & { items: unknown[]; place: Cursor };

async function start(
  settings: ApifySettings,
  since: string | null,
  ports: GuardedPorts,
): Promise<Step> {
  const answer = await callApify(
    {
      method: "POST",
      path: `${actor(settings)}/runs?${options(settings, RUN_SECONDS)}`,
      body: input(settings, since, ports.now()),
      charge: settings.APIFY_MAX_CHARGE_USD * CENTS,
    },
    settings,
    ports,
  );
  const run = RunAnswer.safeParse(answer.json).data?.data;
  if (answer.verdict.kind === "ok" && run !== undefined)
    return { verdict: answer.verdict, items: [], place: { step: "running", runId: run.id } };
  /**
   * A refusal of our own guard says how long to wait; a call that left and found no answer does
   * not.
   */
  const unsent = answer.status === null && answer.verdict.delayMs !== undefined;
  const lost = !unsent && !wasRefused(answer);
  return {
    verdict: answer.verdict,
    items: [],
    place: lost ? { step: "starting", at: ports.now() } : IDLE,
  };
}

/** The newest run, when it began about when ours was sent. */
async function recover(
  sentAt: number,
  settings: ApifySettings,
  ports: GuardedPorts,
): Promise<Step> {
  const answer = await callApify(
    { path: `${actor(settings)}/runs?desc=1&limit=1` },
    settings,
    ports,
  );
  const list = RunList.safeParse(answer.json).data?.data.items;
  if (ports.now() - sentAt > GIVE_UP_MS) return { verdict: answer.verdict, items: [], place: IDLE };
  if (answer.verdict.kind !== "ok" || list === undefined)
    return { verdict: answer.verdict, items: [], place: { step: "starting", at: sentAt } };
  const ours = list.find((run) => Date.parse(run.startedAt) >= sentAt - 60_000);
  return {
    verdict: NOTHING_NEW,
    items: [],
    place: ours === undefined ? IDLE : { step: "running", runId: ours.id },
  };
}

async function wait(runId: string, settings: ApifySettings, ports: GuardedPorts): Promise<Step> {
  const answer = await callApify(
    { path: `/actor-runs/${encodeURIComponent(runId)}` },
    settings,
    ports,
  );
  const run = RunAnswer.safeParse(answer.json).data?.data;
  if (answer.status === 404) return { verdict: answer.verdict, items: [], place: IDLE };
  if (answer.verdict.kind !== "ok" || run === undefined || !ENDED.has(run.status)) {
    return { verdict: answer.verdict, items: [], place: { step: "running", runId } };
  }
  const cost = numeric(run.usageTotalUsd);
  const paid = cost === null ? "" : `, cost $${cost.toFixed(4)}`;
  const reason = `run ${run.status.slice(0, 20)}${paid}`;
  return {
    verdict: { kind: "ok", reason },
    items: [],
    place: { step: "reading", datasetId: run.defaultDatasetId, offset: 0 },
  };
}

async function read(
  datasetId: string,
  from: number,
  settings: ApifySettings,
  ports: GuardedPorts,
): Promise<Step> {
  const items: unknown[] = [];
  let offset = from;
  for (let pages = 0; pages < PAGES_A_POLL; pages++) {
    const page = `format=json&clean=1&offset=${offset}&limit=${PAGE}`;
    const path = `/datasets/${encodeURIComponent(datasetId)}/items?${page}`;
    const answer = await callApify({ path }, settings, ports);
    const rows = Array.isArray(answer.json) ? answer.json : undefined;
    if (answer.status === 404) return { verdict: answer.verdict, items, place: IDLE };
    if (answer.verdict.kind !== "ok" || rows === undefined) {
      return { verdict: answer.verdict, items, place: { step: "reading", datasetId, offset } };
    }
    items.push(...rows);
    /* By what was asked for, not by what came: "clean" leaves rows out. */
    offset += PAGE;
    const total = Number(answer.headers.get("x-apify-pagination-total") ?? rows.length);
    if (offset >= total) return { verdict: answer.verdict, items, place: IDLE };
  }
  return {
    verdict: { kind: "ok", reason: "more to read" },
    items,
    place: { step: "reading", datasetId, offset },
  };
}

async function sync(
  settings: ApifySettings,
  since: string | null,
  ports: GuardedPorts,
): Promise<Step> {
  const seconds = since === null ? RUN_SECONDS : BACKFILL_SECONDS;
  const query = `${options(settings, seconds)}&format=json&clean=1`;
  const path = `${actor(settings)}/run-sync-get-dataset-items?${query}`;
  const charge = settings.APIFY_MAX_CHARGE_USD * CENTS;
  const body = input(settings, since, ports.now());
  const answer = await callApify(
    { method: "POST", path, body, timeoutMs: (seconds + 5) * 1_000, charge },
    settings,
    ports,
  );
  return {
    verdict: answer.verdict,
    items: answer.verdict.kind === "ok" && Array.isArray(answer.json) ? answer.json : [],
    place: IDLE,
  };
}

function advance(
  place: Cursor,
  settings: ApifySettings,
  since: string | null,
  ports: GuardedPorts,
): Promise<Step> {
  switch (place.step) {
    case "idle":
      return settings.APIFY_MODE === "sync" || since !== null
        ? sync(settings, since, ports)
        : start(settings, since, ports);
    case "starting":
      return recover(place.at, settings, ports);
    case "running":
      return wait(place.runId, settings, ports);
    case "reading":
      return read(place.datasetId, place.offset, settings, ports);
  }
}

export const apify = source({
  name: "apify",
  title: "Apify",
  kind: "poll",
  docs: [
    "Posts of X through a scraper on Apify. Needs APIFY_TOKEN. Each run is capped at",
    "APIFY_MAX_CHARGE_USD and a day at APIFY_DAILY_USD. A poll takes one step: start a run, wait",
    "for it, read its dataset.",
  ].join(" "),
  settings: ApifySettings,
  everyMinutes: (settings) => Math.max(1, Math.floor(settings.APIFY_EVERY_MINUTES / 3)),
  standIns: { APIFY_TOKEN: "none" },
  readAnswer: (_, answer) => ({
    kind: "read",
    ...readPosts(jsonItems(answer), (item) => apifyPostInput(item, answer.now)),
  }),
  async poll(settings, { cursor, since }, ports): Promise<PollResult> {
    const place = since === null ? readCursor(Cursor, cursor, IDLE) : IDLE;
    const step = await advance(place, settings, since, ports);
    const read = readPosts(step.items, (item) => apifyPostInput(item, ports.now()));
    const pending = step.place.step !== "idle";
    return { verdict: step.verdict, ...read, cursor: JSON.stringify(step.place), pending };
  },
});
