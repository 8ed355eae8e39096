import * as z from "zod";
import { Mention } from "./mention.ts";
import { RawPost } from "./raw-post.ts";

/**
 * The version this code writes. Raise it when a body changes in a way that older code would
 * misread; keep reading the older ones.
 */
export const ENVELOPE_VERSION = 1;

const Body = z.discriminatedUnion("kind", [
  /**
   * `again`: the sweep sends it anew because its first message was lost, so a "done" mark of the
   * dedup window must not stop it.
   */
  z.object({ kind: z.literal("post"), post: RawPost, again: z.boolean().default(false) }),
  z.object({ kind: z.literal("mention"), mention: Mention }),
  z.object({ kind: z.literal("delivery"), id: z.number().int(), channelId: z.number().int() }),
]);
export type Body = z.infer<typeof Body>;
export type Envelope = Body & { v: number; traceId: string };

const Header = z.looseObject({ v: z.number().int().positive(), traceId: z.string().default("") });

export type Opened<K extends Body["kind"]> =
  | { kind: "body"; body: Extract<Body, { kind: K }>; traceId: string }
  /** Written by newer code: leave it in the queue until that code is deployed here too. */
  | { kind: "newer"; version: number }
  | { kind: "unreadable"; error: string };

export const seal = (body: Body, traceId: string): Envelope => ({
  v: ENVELOPE_VERSION,
  traceId,
  ...body,
});

/** Reads a queue message of the wanted kind. Never throws. */
export function open<K extends Body["kind"]>(message: unknown, wanted: K): Opened<K> {
  const header = Header.safeParse(message);
  if (!header.success) return { kind: "unreadable", error: z.prettifyError(header.error) };
  if (header.data.v > ENVELOPE_VERSION) return { kind: "newer", version: header.data.v };
  const body = Body.safeParse(message);
  if (!body.success) return { kind: "unreadable", error: z.prettifyError(body.error) };
  if (body.data.kind !== wanted)
    return { kind: "unreadable", error: `kind is ${body.data.kind}, this queue carries ${wanted}` };
  return {
    kind: "body",
    body: body.data as Extract<Body, { kind: K }>,
    traceId: header.data.traceId,
  };
}
