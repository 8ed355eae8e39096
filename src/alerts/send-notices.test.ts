import { expect, it } from "vitest";
import { alertsWorld } from "../../test/support/alerts.ts";
import { NOON } from "../../test/support/outbox.ts";
import { channelKind } from "../channels/registry.ts";
import type { AlertEntry } from "../model/alert.ts";
import { metricsCollector } from "../observability/collector.ts";
import { ChannelEnv } from "../settings/settings.ts";
import { boundQueue, type QueuedNotice } from "./notice-queue.ts";
import { noticeSender } from "./send-notices.ts";

const entry = (key: string): AlertEntry => ({
  key,
  alert: "Silent",
  scope: "source",
  subject: key,
  status: "firing",
  severity: "warning",
  summary: `${key} is silent`,
  description: "",
  labels: {},
  startsAt: new Date(NOON).toISOString(),
  endsAt: null,
});
const queued = (
  channelId: number | null,
  names: string,
  over: Partial<QueuedNotice> = {},
): QueuedNotice => ({
  notice: {
    kind: "alert",
    group: names,
    at: new Date(NOON).toISOString(),
    alerts: Array.from({ length: 300 }, (_, n) => entry(`${names}${n}`)),
  },
  wanted: null,
  channelId,
  others: [],
  attempts: 0,
  nextAt: NOON,
  createdAt: NOON,
  error: null,
  ...over,
});

async function sender(answer: () => Response) {
  const { store } = await alertsWorld('version: "1.0"\nalerts: []\n', { chat: { on: "chat" } });
  const channels = await store.channels();
  const state = { queue: [queued(channels[0]?.id ?? 0, "a")], sends: 0 };
  const send = noticeSender(
    {
      now: () => NOON,
      log: () => undefined,
      telemetry: metricsCollector(),
      kind: channelKind,
      env: ChannelEnv.parse({ TELEGRAM_BOT_TOKEN: "1:token" }),
      called: () => undefined,
      sleep: async () => undefined,
      reserve: async () => 0,
      async fetch() {
        state.sends += 1;
        // An evaluation fills the queue while the channel is being sent to: it cuts the notice.
        const later = queued(null, "b", { nextAt: NOON + 60_000 });
        if (state.sends === 1) state.queue = boundQueue([...state.queue, later]);
        return answer();
      },
    },
    {
      read: () => state.queue,
      write(queue) {
        state.queue = queue;
      },
    },
  );
  await send(channels);
  return { ...state, left: state.queue.filter(({ channelId }) => channelId !== null) };
}

it("sends a notice once that a full queue cut while it was being sent", async () => {
  const { sends, left } = await sender(() =>
    Response.json({ ok: true, result: { message_id: 1 } }),
  );
  expect(sends).toBe(1);
  expect(left).toEqual([]);
});

it("counts the failed attempt at a notice that was cut meanwhile", async () => {
  const { sends, left } = await sender(() => new Response("no", { status: 502 }));
  expect(sends).toBe(1);
  expect(left.map(({ attempts, notice }) => [attempts, notice.alerts.length])).toEqual([[1, 250]]);
  expect(left[0]?.nextAt).toBeGreaterThan(NOON);
});
