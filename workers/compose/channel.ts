import type { ChannelPorts } from "../../src/outbox/channel-actor.ts";
import type { Bindings } from "../env.ts";
import { isolateOf } from "./isolate.ts";
import {
  type ComposedPorts,
  type DeferWork,
  runtimePorts,
  sleepFor,
  spacedBroadcaster,
  spacedMetricsFlusher,
  sweeperOf,
  uuid,
} from "./shared.ts";

export function composeChannel(env: Bindings, defer: DeferWork): ComposedPorts<ChannelPorts> {
  const isolate = isolateOf(env);
  const ports: ChannelPorts = {
    ...runtimePorts(isolate),
    store: { ...isolate.store, ...isolate.leases() },
    routes: (tenant) => isolate.routesOf(tenant).current(),
    quotas: isolate.quotas,
    env: isolate.settings.channels,
    fetch: (url, init) => fetch(url, init),
    random: Math.random,
    uuid,
    sleep: sleepFor,
    called: isolate.called,
    broadcast: spacedBroadcaster(env, isolate, defer),
    wakeSweeper: sweeperOf(env).wake,
    reserveOther: (channelId, holder, limit) =>
      env.CHANNELS.getByName(`channel:${channelId}`).reserve(holder, limit),
    reserveShared: (holder, limit) =>
      env.CHANNELS.getByName(`limit:${limit.key}`).reserve(holder, limit),
  };
  return { ports, flush: spacedMetricsFlusher(env, isolate, defer) };
}
