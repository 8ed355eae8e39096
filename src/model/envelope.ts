import * as z from "zod";
import { traceIdOf } from "../kit/trace-context.ts";
import { Mention } from "./mention.ts";
import { RawPost } from "./raw-post.ts";

/**
 * The version this code writes. Raise it when a body changes in a way that older code would
 * misread; keep reading the older ones.
 */
export const ENVELOPE_VERSION = 1;

const MessageBody = z.discriminatedUnion("kind", [
  /**
   * `again`: the sweep sends it anew because its first message was lost, so a "done" mark of the
   * dedup window must not stop it.
   */
  z.object({ kind: z.literal("post"), post: RawPost, again: z.boolean().default(false) }),
  /** `again`: its event could not be committed while it was held; it waits for the commit now. */
  z.object({
    kind: z.literal("mention"),
    mention: Mention,
    again: z.boolean().default(false),
  }),
  z.object({ kind: z.literal("delivery"), id: z.number().int(), channelId: z.number().int() }),
]);
export type MessageBody = z.infer<typeof MessageBody>;
export type Envelope = MessageBody & { v: number };

/** `traceId`: of messages from before posts and mentions carried their traceparent. */
const Header = z.looseObject({ v: z.number().int().positive(), traceId: z.string().default("") });

export type OpenResult<K extends MessageBody["kind"]> =
  | { kind: "body"; body: Extract<MessageBody, { kind: K }>; traceId: string }
  /** Written by newer code: leave it in the queue until that code is deployed here too. */
  | { kind: "newer"; version: number }
  | { kind: "unreadable"; error: string };

export const sealEnvelope = (body: MessageBody): Envelope => ({ v: ENVELOPE_VERSION, ...body });

function traceparentIn(body: MessageBody): string | undefined {
  if (body.kind === "post") return body.post.trace;
  return body.kind === "mention" ? body.mention.trace : undefined;
}

/** Reads a queue message of the wanted kind. Never throws. */
export function openEnvelope<K extends MessageBody["kind"]>(
  message: unknown,
  wanted: K,
): OpenResult<K> {
  const header = Header.safeParse(message);
  if (!header.success) return { kind: "unreadable", error: z.prettifyError(header.error) };
  if (header.data.v > ENVELOPE_VERSION) return { kind: "newer", version: header.data.v };
  const body = MessageBody.safeParse(message);
  if (!body.success) return { kind: "unreadable", error: z.prettifyError(body.error) };
  if (body.data.kind !== wanted)
    return { kind: "unreadable", error: `kind is ${body.data.kind}, this queue carries ${wanted}` };
  const trace = traceparentIn(body.data);
  return {
    kind: "body",
    body: body.data as Extract<MessageBody, { kind: K }>,
    traceId: trace === undefined ? header.data.traceId : traceIdOf(trace),
  };
}
