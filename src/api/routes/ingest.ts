import type { Context } from "hono";
import * as z from "zod";
import { type Clock, utcDay } from "../../kit/time.ts";
import { type PostingRights, refusedName } from "../../model/posting-rights.ts";
import {
  isAhead,
  MAX_POSTS,
  MAX_SOURCE,
  PostInput,
  PostOnWire,
  type RawPost,
  TIME_AHEAD,
} from "../../model/raw-post.ts";
import { DEFAULT_TENANT, sourceOfTenant } from "../../model/tenant.ts";
import type { QuotaStore } from "../../store/quotas.ts";
import { type ApiEnv, scopeAllows } from "../context.ts";
import {
  type FieldError,
  fieldErrors,
  overloadedProblem,
  problem,
  unavailableProblem,
} from "../problem.ts";
import { dayQuotaProblem } from "../quota.ts";
import { jsonReply } from "../reply.ts";
import { type ApiRoute, route } from "../route.ts";

export const MAX_BYTES = 1_048_576;

export type IngestResult =
  /** `overloaded`: sources of which no post was accepted, because their earlier ones wait. */
  | {
      kind: "accepted";
      fresh: number;
      repeated: number;
      overloaded?: { sources: readonly string[]; retryAfter: number };
    }
  /** unavailable: the database is out. overloaded: every source of the posts is. */
  | { kind: "unavailable" | "overloaded"; retryAfter: number };

/**
 * What a source said to a request in its own format. `unsigned`: neither a key of ours nor a
 * signature that the source accepts.
 */
export type PushResult =
  | (IngestResult & { rejected?: Rejected[] })
  | { kind: "unknown" }
  | { kind: "unsigned"; detail: string }
  /** None of its posts may be sent by this sender. */
  | { kind: "forbidden"; errors: FieldError[] }
  | { kind: "unreadable"; status: 400 | 413 | 415 | 422; detail: string; errors?: FieldError[] }
  /** The answer that the sender's protocol expects: a challenge, an empty 200. */
  | { kind: "reply"; response: Response };

export type IngestPorts = {
  /** The posts that tenants other than the default one may send. */
  tenants: Pick<QuotaStore, "takePosts">;
  now: Clock;
  /** `headers`: of the request, for the trace that it belongs to. */
  ingest(posts: RawPost[], headers?: Headers): Promise<IngestResult>;
  /** A source's own push format. `rights`: of the caller's key; null: none was shown. */
  receive(source: string, request: Request, rights: PostingRights | null): Promise<PushResult>;
  /** The names under which polls and streams bring posts. */
  reservedNames: ReadonlySet<string>;
};

/** Each post is checked by itself: a bad one rejects itself alone. */
const Batch = z.object({ posts: z.array(z.unknown(), { error: "must be a list of posts" }) });
const IngestQuery = z.object({
  quiet: z
    .enum(["true", "false"])
    .default("false")
    .transform((given) => given === "true")
    .describe("true: the posts count, and nobody is notified because of them (scope write)"),
});
const BatchShown = z.object({ posts: z.array(PostOnWire).max(MAX_POSTS) });

const Rejected = z.object({
  index: z.number().int(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })),
});
type Rejected = { index: number; errors: FieldError[] };
const Accepted = z.object({
  accepted: z.number().int(),
  repeated: z.number().int(),
  rejected: z.array(Rejected),
});

export const ingestRoutes = (ports: IngestPorts): ApiRoute[] => [
  route({
    method: "POST",
    path: "/ingest",
    access: "ingest",
    tenants: "own",
    tag: "ingest",
    operationId: "ingestPosts",
    effect: "posts",
    summary:
      "Accepts up to 1,000 posts in 1 MB. A bad post rejects itself alone. " +
      "Honours Idempotency-Key.",
    query: IngestQuery,
    body: Batch,
    bodyShown: BatchShown,
    maxBytes: MAX_BYTES,
    refusal: 'The body must be {"posts": [...]}.',
    answer: Accepted,
    status: 202,
    example: {
      body: {
        posts: [
          {
            id: "2",
            source: "me",
            author: "ada",
            text: "$DEMO is listed",
            posted_at: "2026-01-15T10:00:00Z",
          },
        ],
      },
    },
    // 202 means that each accepted post is a row in the database. Sending again is always safe.
    handle({ body: { posts }, query: { quiet }, context, tenant }) {
      if (quiet && !scopeAllows(context.get("caller"), "write"))
        return problem(403, "Posts that notify nobody need a key with the scope write.");
      if (posts.length > MAX_POSTS)
        return problem(413, `${posts.length} posts in one request; send up to ${MAX_POSTS}.`);
      const send = () => answer(posts, { quiet, tenant }, context, ports);
      return tenant === DEFAULT_TENANT ? send() : withinQuota(tenant, posts, ports, send);
    },
  }),
  route({
    method: "POST",
    path: "/ingest/:source",
    access: "self",
    tag: "ingest",
    operationId: "pushToSource",
    effect: "posts",
    summary: "A source's own push format: CloudEvents, or a webhook with its signature.",
    params: z.object({ source: z.string() }),
    bodyType: "*/*",
    body: z.string(),
    maxBytes: MAX_BYTES,
    answer: Accepted,
    status: 202,
    example: { params: { source: "webhook" }, body: "{}" },
    handle: ({ params: { source }, bytes, context }) => receive(source, bytes, context, ports),
  }),
];

/**
 * Counts the posts before they are accepted, all of them or none, and gives back those that were
 * not new.
 */
async function withinQuota(
  tenant: string,
  posts: readonly unknown[],
  { tenants, now }: IngestPorts,
  send: () => Promise<Response>,
): Promise<Response> {
  const day = utcDay(now());
  const taken = await tenants.takePosts(tenant, posts.length, day);
  if (!taken.allowed) return dayQuotaProblem("postsPerDay", "posts", taken, now());
  const giveBack = async (count: number) => {
    if (count > 0) await tenants.takePosts(tenant, -count, day);
  };
  let response: Response;
  try {
    response = await send();
  } catch (error) {
    await giveBack(posts.length).catch(() => undefined);
    throw error;
  }
  const said = Accepted.safeParse(response.ok ? await response.clone().json() : null).data;
  await giveBack(said ? posts.length - (said.accepted - said.repeated) : posts.length);
  return response;
}

/** A bound key names its sources; nobody without the scope ingest gets as far as to ask. */
function rightsOf(context: Context<ApiEnv>): PostingRights | null {
  const caller = context.get("caller");
  if (caller.kind !== "key" || !scopeAllows(caller, "ingest")) return null;
  return { sources: caller.sources, admin: scopeAllows(caller, "admin") };
}

/** The route asks for the scope ingest, so that this stands for nobody. */
const NO_NAME: PostingRights = { sources: [], admin: false };

const forbiddenProblem = (errors: FieldError[]): Response =>
  problem(403, errors[0]?.message ?? "These posts may not be sent.", { errors });

async function answer(
  inputs: unknown[],
  { quiet, tenant }: { quiet: boolean; tenant: string },
  context: Context<ApiEnv>,
  ports: IngestPorts,
): Promise<Response> {
  const rights = rightsOf(context) ?? NO_NAME;
  const { read, rejected, forbidden } = sorted(inputs, rights, tenant, ports);
  if (read.length === 0 && forbidden.length > 0) return forbiddenProblem(forbidden);
  const ingested: IngestResult =
    read.length === 0
      ? { kind: "accepted", fresh: 0, repeated: 0 }
      : await ports.ingest(
          read.map(({ post }) => (quiet ? { ...post, quiet } : post)),
          context.req.raw.headers,
        );
  if (ingested.kind !== "accepted") return refused(ingested);
  const { repeated, overloaded } = ingested;
  const late = overloaded === undefined ? [] : lateOf(read, overloaded);
  const body = {
    accepted: read.length - late.length,
    repeated,
    rejected: [...rejected, ...late].sort((a, b) => a.index - b.index),
  };
  const headers: Record<string, string> =
    overloaded === undefined ? {} : { "Retry-After": String(overloaded.retryAfter) };
  return jsonReply(202, body, headers);
}

const refused = ({ kind, retryAfter }: Exclude<IngestResult, { kind: "accepted" }>): Response =>
  kind === "overloaded" ? overloadedProblem(retryAfter) : unavailableProblem(retryAfter);

type ReadInput = { index: number; post: RawPost };

const NOTHING_RESERVED: ReadonlySet<string> = new Set();
const TOO_LONG = `is longer than ${MAX_SOURCE} characters with the name of your tenant before it`;

/** A bad post rejects itself alone. */
function sorted(
  inputs: unknown[],
  rights: PostingRights,
  tenant: string,
  { now, reservedNames }: IngestPorts,
): { read: ReadInput[]; rejected: Rejected[]; forbidden: FieldError[] } {
  const read: ReadInput[] = [];
  const rejected: Rejected[] = [];
  const forbidden: FieldError[] = [];
  for (const [index, input] of inputs.entries()) {
    const parsed = PostInput.safeParse(input);
    if (!parsed.success) rejected.push({ index, errors: fieldErrors(parsed.error) });
    else if (isAhead(parsed.data, now()))
      rejected.push({ index, errors: [{ path: "posted_at", message: TIME_AHEAD }] });
    else {
      const { source: given } = parsed.data;
      // A tenant's posts stand under its name, so that it speaks in that of nobody else.
      const source = sourceOfTenant(tenant, given);
      const reserved = source === given ? reservedNames : NOTHING_RESERVED;
      const refusal = source.length > MAX_SOURCE ? TOO_LONG : refusedName(given, rights, reserved);
      if (refusal === undefined) read.push({ index, post: { ...parsed.data, source } });
      else {
        rejected.push({ index, errors: [{ path: "source", message: refusal }] });
        forbidden.push({ path: `posts[${index}].source`, message: refusal });
      }
    }
  }
  return { read, rejected, forbidden };
}

/** Posts of overloaded sources: they hold up no other source of the batch. */
const lateOf = (
  read: readonly ReadInput[],
  { sources, retryAfter }: { sources: readonly string[]; retryAfter: number },
): Rejected[] =>
  read
    .filter(({ post }) => sources.includes(post.source))
    .map(({ index }) => ({
      index,
      errors: [
        {
          path: "source",
          message: `has too many posts that wait; send it again in ${retryAfter} s`,
        },
      ],
    }));

/** The body is bounded before the source sees it. */
async function receive(
  source: string,
  body: Uint8Array<ArrayBuffer>,
  context: Context<ApiEnv>,
  ports: IngestPorts,
): Promise<Response> {
  const caller = context.get("caller");
  if (caller.kind === "key" && !scopeAllows(caller, "ingest")) {
    return problem(403, `The key ${caller.id} does not have the scope ingest.`);
  }
  const { url, headers } = context.req.raw;
  const bounded = new Request(url, { method: "POST", headers, body });
  const received = await ports.receive(source, bounded, rightsOf(context));
  switch (received.kind) {
    case "reply":
      return received.response;
    case "unknown":
      return problem(404, `No source ${JSON.stringify(source.slice(0, 60))} takes pushes.`);
    case "unsigned":
      return problem(401, received.detail, { headers: { "WWW-Authenticate": "Bearer" } });
    case "forbidden":
      return forbiddenProblem(received.errors);
    case "unreadable":
      return problem(
        received.status,
        received.detail,
        received.errors === undefined ? {} : { errors: received.errors },
      );
    case "unavailable":
    case "overloaded":
      return refused(received);
    case "accepted":
      if (received.overloaded) return overloadedProblem(received.overloaded.retryAfter);
      return jsonReply(202, {
        accepted: received.fresh + received.repeated,
        repeated: received.repeated,
        rejected: received.rejected ?? [],
      });
  }
}
