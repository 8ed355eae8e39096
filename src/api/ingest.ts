import { type Context, Hono } from "hono";
import * as z from "zod";
import { sha256Hex } from "../kit/hash.ts";
import { PostInput, type RawPost } from "../model/raw-post.ts";
import { type ApiEnv, scopeAllows } from "./access.ts";
import { boundedText, jsonBody } from "./body.ts";
import type { ApiPorts, IngestResult } from "./ports.ts";
import {
  type FieldError,
  fieldErrors,
  overloadedProblem,
  problem,
  unavailableProblem,
} from "./problem.ts";
import { jsonReply } from "./reply.ts";

export const MAX_POSTS = 1_000;
export const MAX_BYTES = 1_048_576;

const Batch = z.object({ posts: z.array(z.unknown(), { error: "must be a list of posts" }) });

type Rejected = { index: number; errors: FieldError[] };
type IngestPorts = Pick<ApiPorts, "ingest" | "receive" | "replies">;

export function ingestRoutes(ports: IngestPorts): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.post("/ingest", (c) => accept(c, ports));
  app.post("/ingest/:source", (c) => receive(c, ports));
  return app;
}

/**
 * 202 means that each accepted post is a row in the database. Sending a batch again is always safe.
 */
async function accept(c: Context<ApiEnv>, ports: IngestPorts): Promise<Response> {
  const body = await jsonBody(c.req.raw, MAX_BYTES);
  if (body.kind === "refused") return body.response;
  const batch = Batch.safeParse(body.value);
  if (!batch.success) {
    return problem(422, 'The body must be {"posts": [...]}.', { errors: fieldErrors(batch.error) });
  }
  if (batch.data.posts.length > MAX_POSTS) {
    return problem(
      413,
      `${batch.data.posts.length} posts in one request; send up to ${MAX_POSTS}.`,
    );
  }
  return once(c, body.text, ports, () => answer(batch.data.posts, ports));
}

async function answer(inputs: unknown[], ports: IngestPorts): Promise<Response> {
  const { posts, rejected } = sorted(inputs);
  const ingested: IngestResult =
    posts.length === 0 ? { kind: "accepted", fresh: 0, repeated: 0 } : await ports.ingest(posts);
  if (ingested.kind !== "accepted") return refused(ingested);
  return jsonReply(202, { accepted: posts.length, repeated: ingested.repeated, rejected });
}

const refused = ({ kind, retryAfter }: Exclude<IngestResult, { kind: "accepted" }>): Response =>
  kind === "overloaded" ? overloadedProblem(retryAfter) : unavailableProblem(retryAfter);

/** A bad post rejects itself alone. */
function sorted(inputs: unknown[]): { posts: RawPost[]; rejected: Rejected[] } {
  const posts: RawPost[] = [];
  const rejected: Rejected[] = [];
  for (const [index, input] of inputs.entries()) {
    const parsed = PostInput.safeParse(input);
    if (parsed.success) posts.push(parsed.data);
    else rejected.push({ index, errors: fieldErrors(parsed.error) });
  }
  return { posts, rejected };
}

const Kept = z.object({ request: z.string(), status: z.number(), body: z.string() });

/**
 * The same Idempotency-Key gets the same reply for a day; with another body it is a mistake of the
 * sender (422). Only a 202 is kept: after a 503 the same key must be able to succeed.
 */
async function once(
  c: Context<ApiEnv>,
  text: string,
  ports: IngestPorts,
  act: () => Promise<Response>,
): Promise<Response> {
  const given = c.req.header("Idempotency-Key");
  if (given === undefined) return act();
  if (given.length === 0 || given.length > 200)
    return problem(400, "Idempotency-Key must be 1 to 200 characters long.");
  const caller = c.get("caller");
  const key = sha256Hex(JSON.stringify([caller.kind === "key" ? caller.id : null, given]));
  const request = sha256Hex(text);
  const kept = Kept.safeParse(JSON.parse((await ports.replies.recall(key)) ?? "null"));
  if (kept.success) {
    if (kept.data.request !== request)
      return problem(422, "This Idempotency-Key was used with another body; take a new key.");
    return jsonReply(kept.data.status, JSON.parse(kept.data.body), {
      "Idempotency-Replayed": "true",
    });
  }
  const response = await act();
  if (response.status === 202) {
    await ports.replies.remember(
      key,
      JSON.stringify({ request, status: 202, body: await response.clone().text() }),
    );
  }
  return response;
}

/**
 * A source's own format: CloudEvents, a webhook with its signature. The body is bounded before the
 * source sees it.
 */
async function receive(c: Context<ApiEnv>, ports: IngestPorts): Promise<Response> {
  const caller = c.get("caller");
  if (caller.kind === "key" && !scopeAllows(caller, "ingest")) {
    return problem(403, `The key ${caller.id} does not have the scope ingest.`);
  }
  const body = await boundedText(c.req.raw, MAX_BYTES);
  if (body.kind === "refused") return body.response;
  const source = c.req.param("source") ?? "";
  const bounded = new Request(c.req.raw.url, {
    method: "POST",
    headers: c.req.raw.headers,
    body: body.text,
  });
  const received = await ports.receive(source, bounded, scopeAllows(caller, "ingest"));
  switch (received.kind) {
    case "reply":
      return received.response;
    case "unknown":
      return problem(404, `No source ${JSON.stringify(source.slice(0, 60))} takes pushes.`);
    case "unsigned":
      return problem(401, received.detail, { headers: { "WWW-Authenticate": "Bearer" } });
    case "unreadable":
      return problem(received.status, received.detail);
    case "unavailable":
    case "overloaded":
      return refused(received);
    case "accepted":
      return jsonReply(202, {
        accepted: received.fresh + received.repeated,
        repeated: received.repeated,
        rejected: received.rejected ?? [],
      });
  }
}
