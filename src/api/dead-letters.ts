import { Hono } from "hono";
import * as z from "zod";
import { type Clock, iso } from "../kit/time.ts";
import { IsoInstant } from "../model/scalars.ts";
import type { WriteLog } from "../observability/log.ts";
import type { ReplayDeadLetter, ReplayFilter } from "../store/admin.ts";
import type { AdminStore, ReadStore } from "../store/index.ts";
import type { DeadLetterRow } from "../store/read.ts";
import { type ApiEnv, keyIdOf } from "./access.ts";
import { jsonBody } from "./body.ts";
import { fieldErrors, problem } from "./problem.ts";
import { PagingQuery, readPaging, readQuery } from "./query.ts";
import { jsonReply, readReply } from "./reply.ts";

export type DeadLetterPorts = {
  store: Pick<ReadStore, "deadLetters"> & Pick<AdminStore, "takeForReplay">;
  /**
   * Has posts and the outbox swept, also when this call dies or the database's answer is lost.
   * Never throws.
   */
  awaited(): Promise<void>;
  /**
   * Sends what was taken on its way again: posts and mentions to their queues, deliveries to
   * theirs. Throws when a queue refuses.
   */
  resend(deadLetters: readonly ReplayDeadLetter[]): Promise<void>;
  now: Clock;
  log: WriteLog;
};

/**
 * One call replays no more than this: what failed once may fail again, and faster than anyone
 * looks.
 */
const MAX_REPLAY = 500;

const flag = z
  .enum(["true", "false"])
  .transform((text) => text === "true")
  .nullable()
  .default(null);
export const DeadLettersQuery = PagingQuery.extend({
  stage: z.string().max(40).nullable().default(null),
  reason: z.string().max(60).nullable().default(null),
  since: IsoInstant.nullable().default(null),
  replayed: flag,
});

const ReplayInput = z
  .strictObject({
    ids: z.array(z.number().int().positive()).max(MAX_REPLAY).nullable().default(null),
    stage: z.string().min(1).max(40).nullable().default(null),
    reason: z.string().min(1).max(60).nullable().default(null),
    limit: z.number().int().min(1).max(MAX_REPLAY).default(100),
    dry_run: z.boolean().default(false),
  })
  .refine(
    ({ ids, stage, reason }) => ids !== null || stage !== null || reason !== null,
    "name ids, a stage or a reason",
  );

/**
 * What no retry could suggestion, why, and what to do about it; and another try once it was done.
 */
export function deadLetterRoutes({
  store,
  awaited,
  resend,
  now,
  log,
}: DeadLetterPorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get("/dead-letters", async (c) => {
    const read = readQuery(c.req.url, DeadLettersQuery);
    if (read.kind === "refused") return read.response;
    const { stage, reason, since, replayed } = read.query;
    const page = await readPaging(read.query, (paging) =>
      store.deadLetters({ stage, reason, since, replayed }, paging),
    );
    return page instanceof Response
      ? page
      : readReply(c, { deadLetters: page.items, nextCursor: page.nextCursor });
  });

  app.post("/dead-letters/replay", async (c) => {
    const body = await jsonBody(c.req.raw, 50_000);
    if (body.kind === "refused") return body.response;
    const input = ReplayInput.safeParse(body.value);
    if (!input.success)
      return problem(422, "Say what to replay.", { errors: fieldErrors(input.error) });
    const { limit, dry_run, ...filter } = input.data;
    if (dry_run)
      return jsonReply(200, {
        replayed: 0,
        wouldReplay: (await candidates(store, filter, limit)).map(({ id }) => id),
      });
    await awaited();
    const taken = await store.takeForReplay(filter, limit, iso(now()));
    for (const { stage, reason, subject, replays } of taken)
      log({
        stage: "replay",
        outcome: stage,
        by: keyIdOf(c.get("caller")),
        reason,
        postId: subject,
        count: replays,
      });
    await resend(taken);
    return jsonReply(202, { replayed: taken.length, ids: taken.map(({ id }) => id) });
  });

  return app;
}

/** What takeForReplay would take, without taking it. */
async function candidates(
  store: DeadLetterPorts["store"],
  { ids, stage, reason }: ReplayFilter,
  limit: number,
): Promise<DeadLetterRow[]> {
  const found: DeadLetterRow[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.deadLetters(
      { stage, reason, since: null, replayed: false },
      { limit: 200, cursor },
    );
    found.push(...page.items.filter(({ id }) => ids === null || ids.includes(id)));
    cursor = page.nextCursor;
  } while (cursor !== null && (ids === null || found.length < ids.length));
  return found.sort((a, b) => a.id - b.id).slice(0, limit);
}
