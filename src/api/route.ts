import type { Context } from "hono";
import * as z from "zod";
import { boundedText, jsonBody } from "./body.ts";
import { changeBy, type DescribeChange } from "./change.ts";
import {
  type ApiEnv,
  type ApiSettings,
  type RouteAccess,
  type RouteTenants,
  tenantOf,
} from "./context.ts";
import { type CursorSeal, openedCursor, sealedCursor } from "./cursor-seal.ts";
import { type IdempotencyPorts, replyOnce } from "./idempotency.ts";
import { fieldErrors, problem } from "./problem.ts";
import { type QueryResult, readQuery, unknownCursor } from "./query.ts";
import type { RecentAnswers } from "./recent-answers.ts";
import { jsonReply, type PageText, readAnswer, readReply } from "./reply.ts";

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type RouteTag = keyof typeof TAGS;
export const TAGS = {
  feed: "Events, signals and posts.",
  live: "The live stream and GraphQL.",
  ingest: "Sending posts, and polling sources.",
  rules: "Rules and the lists beside them.",
  delivery: "Channels, the outbox and dead letters.",
  operations: "Health, metrics, sources and keys.",
} as const;

/** A call that works: shown in the OpenAPI document, and sent by a test as it stands. */
export type RouteExample = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
};

/** What a route says of itself, beside its handler. Answers are described in camelCase. */
export type RouteDescription = {
  method: HttpMethod;
  path: string;
  access: RouteAccess;
  tenants?: RouteTenants;
  tag: RouteTag;
  operationId: string;
  summary: string;
  /**
   * Of a call that is no GET: `none` changes nothing, `posts` only accepts posts, `person` writes
   * to the audit log in the name of a person in a chat. All others write to it in that of the
   * caller. An Idempotency-Key is honoured wherever something changes.
   */
  effect?: "none" | "posts" | "person";
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** Of a JSON body, or of a text where `bodyType` names another type. */
  body?: z.ZodType;
  bodyType?: string;
  /** Describes the body where the schema that checks it leaves the parts to the handler. */
  bodyShown?: z.ZodType;
  maxBytes?: number;
  /** Costs so much that each caller has a limit for it (HEAVY_PER_MINUTE). */
  heavy?: true;
  /** Takes `?ticket=` in place of a key. */
  ticketed?: true;
  /** undefined: an answer without a body. */
  answer?: z.ZodType;
  answerType?: string;
  status: number;
  /** Answers of another status that are no problem. */
  others?: Readonly<Record<number, z.ZodType>>;
  example?: RouteExample;
};

export type RouteInput<P, Q, B> = {
  params: P;
  query: Q;
  body: B;
  /** The body as it was sent; `text` without a mark of byte order. */
  text: string;
  bytes: Uint8Array<ArrayBuffer>;
  /** Makes the entry of the audit log for a change. */
  change: DescribeChange;
  /** Whose rows the caller gets. */
  tenant: string;
  context: Context<ApiEnv>;
};

/**
 * A Response is sent as it is; a value goes out in snake_case with the declared status, and a page
 * of texts as the answer that they are rows of.
 */
type Handled<A> = Promise<A | PageText | Response> | A | PageText | Response;

type Declared<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  A extends z.ZodType,
> = RouteDescription & {
  params?: P;
  query?: Q;
  body?: B;
  answer?: A;
  /** The detail of the 422 for a body that does not fit. */
  refusal?: string;
  /** Gives a refused body another form than problem+json. */
  refuse?(context: Context<ApiEnv>, response: Response): Promise<Response>;
  handle(input: RouteInput<z.output<P>, z.output<Q>, z.output<B>>): Handled<z.input<A>>;
};

export type ApiRoute = RouteDescription & {
  respond(context: Context<ApiEnv>, ports: RespondPorts): Promise<Response>;
};

export type RespondPorts = IdempotencyPorts & {
  settings: Pick<ApiSettings, "cursorKey" | "cacheReads">;
  /** Left out: each read asks the store. */
  recent?: RecentAnswers;
};

const NOTHING = z.object({});
const MAX_BYTES = 50_000;
const UNFIT = "The request cannot be read like this.";

/** The query with its cursor opened. */
function withCursor<Q extends object>(read: QueryResult<Q>, seal: CursorSeal): QueryResult<Q> {
  if (read.kind === "refused" || !("cursor" in read.query)) return read;
  const { cursor } = read.query;
  if (typeof cursor !== "string") return read;
  try {
    return { kind: "query", query: { ...read.query, cursor: openedCursor(cursor, seal) } };
  } catch {
    return { kind: "refused", response: unknownCursor() };
  }
}

/** The answer with the cursor of its next page sealed. */
function withSealed(answer: unknown, seal: CursorSeal): unknown {
  const next = (answer as { nextCursor?: unknown } | null)?.nextCursor;
  return typeof next === "string"
    ? { ...(answer as object), nextCursor: sealedCursor(next, seal) }
    : answer;
}

/**
 * One declaration of a route: validation, access, the answer's type, the OpenAPI document and the
 * table in docs/api.md follow from it. Parameters of the path that do not fit are a 404, a query or
 * a body that does not fit is a 422.
 */
export function route<
  P extends z.ZodObject = typeof NOTHING,
  Q extends z.ZodObject = typeof NOTHING,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodUndefined,
>(declared: Declared<P, Q, B, A>): ApiRoute {
  const { handle, refuse, refusal = UNFIT, ...description } = declared;
  const { method, status, access, query: querySchema } = description;
  // Each spelling of a public read would be an answer of its own to every cache.
  const known = querySchema ?? (method === "GET" && access === "feed" ? NOTHING : undefined);
  // Made once: a schema is compiled when it is first used.
  const strict = known?.strict();

  const repeats = method !== "GET" && description.effect !== "none";

  const isFeed = method === "GET" && access === "feed" && description.tenants === "shared";

  async function respond(context: Context<ApiEnv>, ports: RespondPorts): Promise<Response> {
    const { cursorKey, cacheReads } = ports.settings;
    const seal = { key: cursorKey, list: description.path };
    const { url } = context.req;
    const isPublic = isFeed && cacheReads && context.get("caller").kind === "nobody";
    const recent = isPublic ? ports.recent : undefined;
    const known = recent?.get(url);
    if (known !== undefined) return readReply(context, known);
    const askedAt = ports.now();
    const params = (declared.params ?? NOTHING).safeParse(context.req.param());
    if (!params.success) return problem(404, params.error.issues[0]?.message ?? "Not found.");
    const query = strict && withCursor(readQuery(url, strict), seal);
    if (query?.kind === "refused") return query.response;
    const body = await readBody(declared, refusal, context.req.raw);
    if (body.kind === "refused") return refuse ? refuse(context, body.response) : body.response;
    const act = async () => {
      const answer = await handle({
        params: params.data as z.output<P>,
        query: query?.query as z.output<Q>,
        body: body.value as z.output<B>,
        text: body.text,
        bytes: body.bytes,
        change: changeBy(context, description.operationId),
        tenant: tenantOf(context.get("caller")),
        context,
      });
      if (answer instanceof Response) return answer;
      if (answer === undefined) return new Response(null, { status });
      if (method !== "GET") return jsonReply(status, answer);
      const subject = { ...params.data, ...query?.query };
      const read = await readAnswer(withSealed(answer, seal), subject);
      recent?.keep(url, read, askedAt);
      return readReply(context, read);
    };
    return repeats ? replyOnce(context, body.bytes, ports, act) : act();
  }
  return { ...description, respond };
}

async function readBody(
  { body: schema, bodyType, maxBytes = MAX_BYTES }: RouteDescription,
  refusal: string,
  request: Request,
) {
  if (bodyType !== undefined) return boundedText(request, maxBytes);
  if (schema === undefined)
    return { kind: "body", text: "", bytes: new Uint8Array(), value: undefined } as const;
  const body = await jsonBody(request, maxBytes);
  if (body.kind === "refused") return body;
  const parsed = schema.safeParse(body.value);
  if (parsed.success) return { ...body, value: parsed.data };
  const response = problem(422, refusal, { errors: fieldErrors(parsed.error) });
  return { kind: "refused", response } as const;
}

/** A number in a path. Anything else names nothing, which is a 404. */
export const PathId = (noun: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, {
      error: ({ input }) => `There is no ${noun} ${JSON.stringify(String(input).slice(0, 40))}.`,
    })
    .transform(Number)
    .pipe(z.number().int());
