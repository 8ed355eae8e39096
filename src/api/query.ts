import * as z from "zod";
import { CHAINS, EventType, IsoInstant, Level, SignalState } from "../model/scalars.ts";
import type { EventFilter } from "../store/events.ts";
import type { PageRequest } from "../store/paging.ts";
import { MAX_CONDITION, readLiveCondition } from "./live-condition.ts";
import { fieldErrors, problem } from "./problem.ts";

const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;

/** A whole number in a query, in decimal digits alone: not "1e3", not "". */
export const count = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .pipe(z.int().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

const decimal = z
  .string()
  .regex(/^-?\d{1,9}(\.\d{1,6})?$/, "must be a number")
  .transform(Number)
  .pipe(z.number());

export const PagingQuery = z.object({
  limit: count(1, MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().min(1).max(500).nullable().default(null),
});

const FilterQuery = z.object({
  type: EventType.nullable().default(null),
  chain: z.enum(CHAINS).nullable().default(null),
  symbol: z.string().min(1).max(40).nullable().default(null),
  token_ca: z.string().min(1).max(200).nullable().default(null),
  since: IsoInstant.nullable().default(null),
  until: IsoInstant.nullable().default(null),
  min_score: decimal.nullable().default(null),
  state: SignalState.nullable().default(null),
});

/** Of GET /events and /signals. */
export const ListQuery = FilterQuery.extend(PagingQuery.shape);

function isCondition(text: string, context: z.RefinementCtx): void {
  const read = readLiveCondition(text);
  if (read.kind === "refused") context.addIssue({ code: "custom", message: read.message });
}

export const LiveQuery = z.strictObject({
  min_score: decimal.nullable().default(null),
  chain: z.enum(CHAINS).nullable().default(null),
  symbol: z.string().min(1).max(40).nullable().default(null),
  state: SignalState.nullable().default(null),
  type: EventType.nullable().default(null),
  level: Level.nullable().default(null),
  /** signal, delivery or posts, or the key of an event. */
  event: z.string().min(1).max(200).nullable().default(null),
  token: z.string().min(1).max(200).nullable().default(null),
  /** A condition in the language of the rules. */
  where: z.string().min(1).max(MAX_CONDITION).superRefine(isCondition).nullable().default(null),
  after: count(0, Number.MAX_SAFE_INTEGER).nullable().default(null),
  /** Stands for a key where no header can be sent. */
  ticket: z.string().min(1).max(100).nullable().default(null),
});

export const asFilter = (query: z.infer<typeof FilterQuery>): EventFilter => ({
  type: query.type,
  chain: query.chain,
  symbol: query.symbol,
  tokenCa: query.token_ca,
  since: query.since,
  until: query.until,
  minScore: query.min_score,
  state: query.state,
});

const NO_QUERY = new URLSearchParams();

export type QueryResult<T> = { kind: "query"; query: T } | { kind: "refused"; response: Response };

/**
 * The query string by a strict schema. A parameter that is not known is an error: a misspelt filter
 * must not answer everything.
 */
export function readQuery<S extends z.ZodRawShape>(
  url: string,
  schema: z.ZodObject<S>,
): QueryResult<z.infer<z.ZodObject<S>>> {
  const given = url.includes("?") ? new URL(url).searchParams : NO_QUERY;
  const repeated = [...new Set(given.keys())].filter((name) => given.getAll(name).length > 1);
  if (repeated.length > 0) {
    const errors = repeated.map((path) => ({ path, message: "is given more than once" }));
    return { kind: "refused", response: problem(422, "The query does not fit.", { errors }) };
  }
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return { kind: "query", query: parsed.data };
  return {
    kind: "refused",
    response: problem(422, "The query does not fit.", { errors: fieldErrors(parsed.error) }),
  };
}

/**
 * One page, or the answer that its cursor is not one of ours (the store throws RangeError for that
 * alone).
 */
export async function readPaging<Page>(
  paging: PageRequest,
  read: (paging: PageRequest) => Promise<Page>,
): Promise<Page | Response> {
  try {
    return await read(paging);
  } catch (error) {
    if (error instanceof RangeError) return unknownCursor();
    throw error;
  }
}

export const unknownCursor = (): Response =>
  problem(400, "The cursor is not one that this server gave out; start again without it.", {
    errors: [{ path: "cursor", message: "is not one that a page answered" }],
  });
