import type { Context } from "hono";
import { fromBase64Url, toBase64Url } from "../kit/base64.ts";
import { sha256Bytes, sha256Hex } from "../kit/hash.ts";
import { type Clock, iso } from "../kit/time.ts";
import type { KeptReply, ReplyStore } from "../store/replies.ts";
import type { ApiEnv } from "./context.ts";
import { problem } from "./problem.ts";

export type IdempotencyPorts = {
  ownRows(tenant: string): ReplyStore;
  now: Clock;
  sleep(ms: number): Promise<void>;
};

const MAX_KEY = 200;
/** A request that died in between may be sent again after this. */
const LEASE_MS = 60_000;
/** How long a second request with a key waits for the first one. */
const WAIT_MS = 10_000;
const LONGEST_PAUSE_MS = 500;

/**
 * Acts once for each Idempotency-Key of a key of ours, and answers every other request with it
 * alike, for a day. With another request it is a mistake of the sender (422). Only success is kept:
 * what was refused may be sent again.
 */
export async function replyOnce(
  context: Context<ApiEnv>,
  body: Uint8Array,
  ports: IdempotencyPorts,
  act: () => Promise<Response>,
): Promise<Response> {
  const given = context.req.header("Idempotency-Key");
  const caller = context.get("caller");
  if (given === undefined || caller.kind !== "key") return act();
  if (given.length === 0 || given.length > MAX_KEY)
    return problem(400, `Idempotency-Key must be 1 to ${MAX_KEY} characters long.`);
  const { pathname, search } = new URL(context.req.url);
  const key = sha256Hex(JSON.stringify([caller.id, given]));
  const request = sha256Hex(
    JSON.stringify([context.req.method, pathname, search, toBase64Url(sha256Bytes(body))]),
  );
  const replies = ports.ownRows(caller.tenant);
  const claim = await claimed(key, request, replies, ports);
  const seal = await sealFor(`${context.req.header("Authorization")}\n${given}`);
  switch (claim.kind) {
    case "mismatch":
      return problem(422, "This Idempotency-Key was used with another request; take a new key.");
    case "busy":
      return problem(409, "A request with this Idempotency-Key is still under way.", {
        headers: { "Retry-After": "1" },
      });
    case "replied":
      return replayed(claim.reply, seal);
    case "claimed":
      return kept(key, seal, replies, act);
  }
}

/** Waits while another request with the key acts. */
async function claimed(
  key: string,
  request: string,
  replies: ReplyStore,
  { now, sleep }: IdempotencyPorts,
) {
  const until = now() + WAIT_MS;
  for (
    let waited = 0, pause = 50;
    ;
    waited += pause, pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)
  ) {
    const claim = await replies.claimReply(key, request, iso(now()), LEASE_MS);
    if (claim.kind !== "busy" || waited >= WAIT_MS || now() >= until) return claim;
    await sleep(pause);
  }
}

async function kept(
  key: string,
  seal: Seal,
  replies: ReplyStore,
  act: () => Promise<Response>,
): Promise<Response> {
  const release = () => replies.releaseReply(key).catch(() => undefined);
  try {
    const response = await act();
    // With Retry-After it asks for a part again, which must be able to succeed.
    if (!response.ok || response.headers.has("Retry-After")) {
      await release();
      return response;
    }
    const { status } = response;
    const type = response.headers.get("Content-Type") ?? "";
    const body = await seal.close(await response.clone().text());
    await replies.keepReply(key, { status, type, body });
    return response;
  } catch (error) {
    await release();
    throw error;
  }
}

async function replayed({ status, type, body }: KeptReply, seal: Seal): Promise<Response> {
  const headers = {
    "Cache-Control": "private, no-store",
    "Idempotency-Replayed": "true",
    ...(type !== "" && { "Content-Type": type }),
  };
  return new Response(status === 204 ? null : await seal.open(body), { status, headers });
}

type Seal = { close(text: string): Promise<string>; open(sealed: string): Promise<string> };

/**
 * A reply may hold a secret that is shown once: the store keeps it encrypted (AES-GCM) by what only
 * the caller has. The nonce is a digest of the text, so that no nonce serves two texts.
 */
async function sealFor(secret: string): Promise<Seal> {
  const name = "AES-GCM";
  const bytes = sha256Bytes(`reply\n${secret}`);
  const key = await crypto.subtle.importKey("raw", bytes, name, false, ["encrypt", "decrypt"]);
  return {
    async close(text) {
      const iv = sha256Bytes(text).slice(0, 12);
      const plain = new TextEncoder().encode(text);
      const sealed = new Uint8Array(await crypto.subtle.encrypt({ name, iv }, key, plain));
      return `${toBase64Url(iv)}.${toBase64Url(sealed)}`;
    },
    async open(sealed) {
      const [iv = "", data = ""] = sealed.split(".");
      const opened = await crypto.subtle.decrypt(
        { name, iv: fromBase64Url(iv) },
        key,
        fromBase64Url(data),
      );
      return new TextDecoder().decode(opened);
    },
  };
}
