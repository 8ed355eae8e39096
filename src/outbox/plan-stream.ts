import { sha256Hex } from "../kit/hash.ts";
import { iso } from "../kit/time.ts";
import type { ChannelConfig } from "../model/channel-config.ts";
import type { OutboxDraft } from "../model/delivery.ts";
import type { Signal } from "../model/signal.ts";
import type { TokenEvent } from "../model/token-event.ts";
import { notificationOf, wantsToken } from "./plan.ts";
import { stamp } from "./plan-routes.ts";
import { heldUntil } from "./quiet-hours.ts";

/** Unless something is set, a stream has all: the rules' `notify` is for people. */
const wants = ({ filter }: ChannelConfig, after: Signal, event: TokenEvent): boolean =>
  wantsToken(filter, event) &&
  (filter.states.length === 0 || filter.states.includes(after.state)) &&
  (filter.minScore === null || after.score >= filter.minScore);

/**
 * The outbox rows of the commit that makes revision `rev` of an event, for `channels` that are
 * streams: one for each. The
 * key belongs to the revision, of which a commit writes one. Pure, as planDeliveries.
 */
export function planStream(
  after: Signal,
  event: TokenEvent,
  rev: number,
  channels: readonly ChannelConfig[],
  now: number,
): OutboxDraft[] {
  const streams = channels.filter((channel) => wants(channel, after, event));
  if (streams.length === 0) return [];
  const { windowStart, startTs, lastTs, eventKey } = event;
  const { onchainAsofTs, onchainConfidence } = after;
  const facts = after.facts.values;
  const { subject = eventKey, ...notification } = notificationOf(after.previousState, after, event);
  const payload = {
    ...notification,
    // Not beside the other fields: rows of one subject wait for each other, and repeats end unsent.
    stream: { rev, subject, windowStart, startTs, lastTs, onchainAsofTs, onchainConfidence, facts },
  };
  return streams.map((channel) => {
    const { id, filter } = channel;
    const held = heldUntil(filter, now);
    return {
      channelId: id,
      eventKey,
      idemKey: sha256Hex(JSON.stringify([eventKey, id, "rev", rev])),
      payload,
      notBefore: held === null ? null : iso(held),
      ...stamp(channel),
    };
  });
}
