import type { SendPorts } from "../channels/channel.ts";
import { sha256Hex } from "../kit/hash.ts";
import { iso } from "../kit/time.ts";
import type { ChannelConfig, ChannelNotice } from "../model/channel-config.ts";
import type { ChannelSwitch } from "./channel-failures.ts";
import { PATIENCE_MS } from "./gcra.ts";
import type { DeliverPorts } from "./ports.ts";

/** How many other channels are tried until one takes the notice. */
const TRIES = 3;

/** People read chats and mail; a hook gets the notice when there is no such channel. */
const byReader = (a: ChannelConfig, b: ChannelConfig): number =>
  Number(a.kind === "webhook") - Number(b.kind === "webhook") || a.id - b.id;

/** No delivery has such a holder; a channel has fewer limits than this. */
const holderOf = (channel: ChannelConfig): number => -100 * channel.id;

/**
 * Sends the news that a channel was switched off over another channel of its tenant. It is tried
 * once on each of a few channels, in that channel's own pace, and not repeated: the list of
 * channels says the same, and /healthz of the operators'. Never throws.
 */
export async function sendNotice(
  { channel, status, reason }: ChannelSwitch & { channel: ChannelConfig },
  ports: DeliverPorts,
): Promise<void> {
  const others = (await ports.channels().catch(() => []))
    .filter(({ tenant }) => tenant === channel.tenant)
    .filter((other) => other.id !== channel.id && other.status === "active" && !other.locked)
    .sort(byReader);
  const at = iso(ports.now());
  const notice: ChannelNotice = { kind: "channel", channel: channel.name, status, reason, at };
  const { fetch, now, env, telemetry, log } = ports;
  const idemKey = sha256Hex(JSON.stringify(["notice", channel.id, status, at]));
  const sendPorts: SendPorts = {
    ...{ fetch, now, env, log, idemKey, prior: null },
    ...(telemetry && { telemetry }),
  };
  for (const other of others.slice(0, TRIES)) {
    const adapter = ports.kind(other.kind);
    if (!adapter || adapter.missing(env) !== null) continue;
    const opening = adapter.open(other.settings, env);
    if (opening.kind === "invalid" || opening.channel.sendNotice === null) continue;
    const { limits } = opening.channel;
    const wait = await ports.reserveAt(other.id, holderOf(channel), limits).catch(() => 0);
    if (wait > PATIENCE_MS) continue;
    if (wait > 0) await ports.sleep(wait);
    const sent = await opening.channel.sendNotice(notice, sendPorts).catch(() => null);
    if (sent?.verdict.kind === "ok") return;
  }
}
