import * as z from "zod";
import { type SignatureProof, verifyWebhook } from "../kit/standard-webhooks.ts";
import { splitWords } from "../settings/define.ts";
import { jsonOf } from "./_shared/json.ts";
import { pushReading, receivedPosts, refusePush } from "./_shared/pushed.ts";
import { verifyHubSignature } from "./_shared/signature.ts";
import { type ReceiveResult, requiredText, source } from "./source.ts";

const Many = z.object({ posts: z.array(z.unknown()) });
const Wrapped = z.object({ timestamp: z.string(), data: z.record(z.string(), z.unknown()) });

/**
 * A list of posts, {posts: [...]}, one post, or a Standard Webhooks payload whose data is a post.
 * Posts without a source get "webhook".
 */
function items(body: unknown, deliveryId: string | undefined): unknown[] {
  if (Array.isArray(body)) return body;
  const many = Many.safeParse(body).data;
  if (many !== undefined) return many.posts;
  const wrapped = Wrapped.safeParse(body).data;
  if (wrapped === undefined) return [body];
  return [{ id: deliveryId, posted_at: wrapped.timestamp, ...wrapped.data }];
}

const withSource = (item: unknown): unknown =>
  typeof item === "object" && item !== null && !Array.isArray(item)
    ? { source: "webhook", ...item }
    : item;

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
  }),
  standIns: { WEBHOOK_SECRETS: "not-a-secret-at-all" },
  readAnswer: (_, { text, now }) => pushReading(readBody(text, undefined, now)),
  async receive({ WEBHOOK_SECRETS: secrets }, { headers, text, now }): Promise<ReceiveResult> {
    const standard = await verifyWebhook(secrets, headers, text, now);
    const proof =
      standard === "unsigned" ? await verifyHubSignature(secrets, headers, text) : standard;
    if (proof !== "genuine") return refusePush(401, REFUSALS[proof]);
    return readBody(text, headers.get("webhook-id") ?? headers.get("x-github-delivery"), now);
  },
});

function readBody(text: string, deliveryId: string | undefined, now: number): ReceiveResult {
  const body = jsonOf(text);
  if (body === undefined) return refusePush(400, "the body is not JSON");
  return receivedPosts(items(body, deliveryId).map(withSource), now);
}
