import { DurableObject } from "cloudflare:workers";
import type { PaceLimit } from "../../src/channels/channel.ts";
import type { SentMessage } from "../../src/model/delivery.ts";
import { type ChannelMemory, channelActor } from "../../src/outbox/channel-actor.ts";
import { composeChannel } from "../compose/channel.ts";
import type { Bindings } from "../env.ts";
import type { ChannelRpc } from "./rpc.ts";
import { inSpan } from "./spans.ts";

/**
 * The one place that writes to a channel (named `channel:{id}`), or keeps the line of a limit that
 * channels share (named `limit:{key}`).
 */
export class ChannelObject extends DurableObject<Bindings> implements ChannelRpc {
  readonly #composed = composeChannel(this.env, (work) => this.ctx.waitUntil(work));
  readonly #actor = channelActor(this.#composed.ports, memoryIn(this.ctx.storage));

  async deliver(id: number, channelId: number): Promise<void> {
    try {
      const about = () => ({ "delivery.id": id, "channel.id": channelId });
      await inSpan("channel.deliver", about, () => this.#actor.deliver(id, channelId));
    } finally {
      this.#composed.flush();
    }
  }

  async reserve(holder: number, limit: PaceLimit): Promise<number> {
    return this.#actor.reserve(holder, limit);
  }
}

const memoryIn = ({ kv }: DurableObjectStorage): ChannelMemory => ({
  tats: {
    get: (key) => kv.get<number>(`line:${key}`),
    put: (key, at) => kv.put(`line:${key}`, at),
  },
  journal: {
    get: async (id) => kv.get<SentMessage>(`sent:${id}`),
    put: async (id, sent) => kv.put(`sent:${id}`, sent),
    delete: async (id) => {
      kv.delete(`sent:${id}`);
    },
    ids: async () =>
      [...kv.list({ prefix: "sent:" })].map(([key]) => Number(key.slice("sent:".length))),
  },
});
