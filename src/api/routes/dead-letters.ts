import * as z from "zod";
import { type Clock, iso } from "../../kit/time.ts";
import { IsoInstant } from "../../model/scalars.ts";
import type { WriteLog } from "../../observability/log.ts";
import type {
  DeadLetterRow,
  DeadLetterStore,
  ReplayDeadLetter,
  ReplayFilter,
} from "../../store/dead-letters.ts";
import type { DescribeChange } from "../change.ts";
import { PagingQuery, readPaging } from "../query.ts";
import { jsonReply } from "../reply.ts";
import { type ApiRoute, route } from "../route.ts";

type DeadLetterRows = Pick<DeadLetterStore, "deadLetters" | "takeForReplay">;

export type DeadLetterPorts = {
  ownRows(tenant: string): DeadLetterRows;
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
const DeadLettersQuery = PagingQuery.extend({
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

const DeadLetterShown = z.object({
  id: z.number().int(),
  stage: z.string(),
  reason: z.string(),
  error: z.string(),
  payload: z.unknown(),
  attempts: z.number().int(),
  subject: z.string().nullable(),
  advice: z.string(),
  createdAt: z.string(),
  replayedAt: z.string().nullable(),
  replays: z.number().int(),
});
const Replayed = z.object({ replayed: z.number().int(), ids: z.array(z.number().int()) });
const WouldReplay = z.object({
  replayed: z.literal(0),
  wouldReplay: z.array(z.number().int()),
});

/** What no retry could repair, why, and what to do about it; and another try once it was done. */
export const deadLetterRoutes = (ports: DeadLetterPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/dead-letters",
    access: "operations",
    tenants: "own",
    tag: "delivery",
    operationId: "listDeadLetters",
    summary: "What no retry could repair, with advice.",
    query: DeadLettersQuery,
    answer: z.object({ deadLetters: z.array(DeadLetterShown), nextCursor: z.string().nullable() }),
    status: 200,
    example: { query: { replayed: "false" } },
    async handle({ query, tenant }) {
      const { stage, reason, since, replayed } = query;
      const page = await readPaging(query, (paging) =>
        ports.ownRows(tenant).deadLetters({ stage, reason, since, replayed }, paging),
      );
      return page instanceof Response
        ? page
        : { deadLetters: page.items, nextCursor: page.nextCursor };
    },
  }),
  route({
    method: "POST",
    path: "/dead-letters/replay",
    access: "write",
    tenants: "own",
    tag: "delivery",
    operationId: "replayDeadLetters",
    summary: "Replays dead letters by id or by reason, capped; idempotency keys stay.",
    body: ReplayInput,
    refusal: "Say what to replay.",
    answer: Replayed,
    status: 202,
    others: { 200: WouldReplay },
    example: { body: { stage: "posts", limit: 10 } },
    async handle({ body: { limit, dry_run, ...filter }, change, tenant }) {
      const store = ports.ownRows(tenant);
      if (dry_run) {
        const found = await candidates(store, filter, limit);
        return jsonReply(200, { replayed: 0, wouldReplay: found.map(({ id }) => id) });
      }
      return replay(filter, limit, change, { ...ports, store });
    },
  }),
];

async function replay(
  filter: ReplayFilter,
  limit: number,
  change: DescribeChange,
  { store, awaited, resend, now, log }: DeadLetterPorts & { store: DeadLetterRows },
): Promise<z.input<typeof Replayed>> {
  await awaited();
  const at = iso(now());
  const entry = change({ at, subject: "dead-letters", before: { filter, limit } });
  const taken = await store.takeForReplay(filter, limit, at, entry);
  for (const { stage, reason, subject, replays } of taken)
    log({
      stage: "replay",
      outcome: stage,
      by: entry.keyId,
      reason,
      postId: subject,
      count: replays,
    });
  await resend(taken);
  return { replayed: taken.length, ids: taken.map(({ id }) => id) };
}

/** What takeForReplay would take, without taking it. */
async function candidates(
  store: DeadLetterRows,
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
