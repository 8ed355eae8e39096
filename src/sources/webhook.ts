import * as z from "zod";
import { getPath } from "../kit/get-path.ts";
import { sha256Hex } from "../kit/hash.ts";
import { type SignatureProof, verifyWebhook } from "../kit/standard-webhooks.ts";
import { splitWords, wordList } from "../settings/define.ts";
import { boundedId } from "./_shared/post-input.ts";
import { pushedJson, pushReading, receivedPosts, refusePush } from "./_shared/pushed.ts";
import { verifyHubSignature } from "./_shared/signature.ts";
import { type ReceiveResult, requiredText, source } from "./source.ts";

const Many = z.object({ posts: z.array(z.unknown()) });
const Wrapped = z.object({ timestamp: z.string(), data: z.record(z.string(), z.unknown()) });

/** Posts are kept for as long at least, so that within it a repeat is known by its id. */
const HUB_WINDOW_MS = 30 * 86_400_000;
const TOO_OLD =
  "is more than 30 days ago: a signature without a time is taken for no longer, against replays";

/**
 * A list of posts, {posts: [...]}, one post, or a Standard Webhooks payload whose data is a post.
 * Posts without an id are named by the delivery, those of a list by their place too.
 */
function items(body: unknown, deliveryId: string): { form: "one" | "list"; list: unknown[] } {
  const many = Array.isArray(body) ? body : Many.safeParse(body).data?.posts;
  if (many !== undefined)
    return { form: "list", list: many.map((item, at) => named(item, `${deliveryId}#${at}`)) };
  const wrapped = Wrapped.safeParse(body).data;
  const one = wrapped === undefined ? body : { posted_at: wrapped.timestamp, ...wrapped.data };
  return { form: "one", list: [named(one, deliveryId)] };
}

/** Posts without a source get "webhook". */
const named = (item: unknown, id: string): unknown =>
  typeof item === "object" && item !== null && !Array.isArray(item)
    ? { source: "webhook", id, ...item }
    : item;

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;
/** What fetch and curl send when nobody named a type. */
const SILENT_TYPES = /^(text\/plain|application\/x-www-form-urlencoded)\b/i;

const REFUSALS: Record<Exclude<SignatureProof, "genuine">, string> = {
  unsigned: "no signature: sign as Standard Webhooks or with X-Hub-Signature-256",
  forged: "the signature does not match",
  expired: "the signature is more than five minutes old, or ahead of the clock",
};

export const webhook = source({
  name: "webhook",
  title: "Signed webhooks",
  kind: "push",
  signed: true,
  docs: [
    "POST /ingest/webhook without an API key, signed with one of WEBHOOK_SECRETS: as Standard",
    "Webhooks (whsec_...), or as GitHub does (X-Hub-Signature-256). Several secrets let you",
    "rotate them.",
  ].join(" "),
  settings: z.object({
    WEBHOOK_SECRETS: requiredText
      .pipe(splitWords)
      .pipe(z.array(z.string().min(16, "must hold secrets of 16 characters or more")).min(1))
      .describe(
        "Secrets that sign pushes, 16 characters or more each; without one the source is off",
      ),
    WEBHOOK_SOURCES: wordList.describe(
      "Names that signed posts may bear besides webhook; a key may be bound to others",
    ),
  }),
  postsAs: ({ WEBHOOK_SOURCES }) => ["webhook", ...WEBHOOK_SOURCES],
  standIns: { WEBHOOK_SECRETS: "not-a-secret-at-all" },
  readAnswer: (_, { text, now }) => pushReading(readBody(text, sha256Hex(text), now)),
  async receive(
    { WEBHOOK_SECRETS: secrets },
    { headers, bytes, text, now },
  ): Promise<ReceiveResult> {
    const type = headers.get("content-type");
    if (type !== undefined && !JSON_TYPE.test(type) && !SILENT_TYPES.test(type))
      return refusePush(415, `Content-Type is ${type.slice(0, 80)}; send application/json`);
    const standard = await verifyWebhook(secrets, headers, bytes, now);
    const isHub = standard === "unsigned";
    const proof = isHub ? await verifyHubSignature(secrets, headers, bytes) : standard;
    if (proof !== "genuine") return refusePush(401, REFUSALS[proof]);
    /* No header is covered by a hub's signature: only the content can name its posts. */
    const deliveryId = isHub ? undefined : headers.get("webhook-id");
    return readBody(text, deliveryId ?? sha256Hex(text), now, isHub ? HUB_WINDOW_MS : undefined);
  },
});

/** `windowMs`: how long ago a post may be dated. */
function readBody(text: string, id: string, now: number, windowMs?: number): ReceiveResult {
  const body = pushedJson(text);
  if (!("value" in body)) return body;
  const { form, list } = items(body.value, boundedId(id));
  const read = list.map((fields) => {
    const postedAt = Date.parse(
      String(getPath(fields, "posted_at") ?? getPath(fields, "timestamp")),
    );
    return windowMs !== undefined && postedAt < now - windowMs
      ? { errors: [{ path: "posted_at", message: TOO_OLD }] }
      : { fields };
  });
  return receivedPosts(read, form, now);
}
