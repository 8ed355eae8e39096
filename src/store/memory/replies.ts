import { REPLY_KEPT_MS, type ReplyStore } from "../replies.ts";
import type { MemoryRows } from "./rows.ts";

export function replyStore({ replies }: MemoryRows): ReplyStore {
  return {
    async claimReply(key, request, at, leaseMs) {
      const now = Date.parse(at);
      const held = replies.get(key);
      const isFree =
        held === undefined ||
        (held.reply === null && held.claimedUntil <= now) ||
        held.createdAt < now - REPLY_KEPT_MS;
      if (isFree) {
        replies.set(key, { request, reply: null, claimedUntil: now + leaseMs, createdAt: now });
        return { kind: "claimed" };
      }
      if (held.request !== request) return { kind: "mismatch" };
      return held.reply === null ? { kind: "busy" } : { kind: "replied", reply: held.reply };
    },
    async keepReply(key, reply) {
      const held = replies.get(key);
      if (held !== undefined) held.reply = reply;
    },
    async releaseReply(key) {
      if (replies.get(key)?.reply === null) replies.delete(key);
    },
  };
}
