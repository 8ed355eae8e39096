import { describe, expect, it } from "vitest";
import { NOON, TELEGRAM_ENV } from "../../test/support/outbox.ts";
import type { AlertEntry, AlertNotice } from "../model/alert.ts";
import { ChannelEnv } from "../settings/settings.ts";
import { CHANNELS } from "./registry.ts";

const entry: AlertEntry = {
  key: "Breaker/goplus",
  alert: "Breaker",
  scope: "provider",
  subject: "goplus",
  status: "firing",
  severity: "critical",
  summary: "The breaker of goplus is open <b>*x*</b> @room\nforged line",
  description: "Reset it.",
  labels: { team: "data" },
  startsAt: "2026-01-15T12:00:00Z",
  endsAt: null,
};
const noticeOf = (...alerts: AlertEntry[]): AlertNotice => ({
  ...{ kind: "alert", group: "providers", at: "2026-01-15T12:05:00Z" },
  alerts,
});
const resolved: AlertEntry = { ...entry, status: "resolved", endsAt: "2026-01-15T12:05:00Z" };

const env = ChannelEnv.parse({ ...TELEGRAM_ENV, RESEND_API_KEY: "re_1", MAIL_FROM: "a@dev.org" });

/** What a kind sends for a notice: the last request's body as text, or its log line. */
async function told(kind: (typeof CHANNELS)[number], notice: AlertNotice): Promise<string | null> {
  const opening = kind.open(kind.example, env);
  if (opening.kind === "invalid") throw new Error(JSON.stringify(opening.problems));
  const lines: string[] = [];
  await opening.channel.sendNotice?.(notice, {
    env,
    idemKey: "alert-1",
    prior: null,
    now: () => NOON,
    log: ({ text }) => void lines.push(text),
    fetch: async (_, init) => {
      lines.push(String(init.body));
      return Response.json({ ok: true, result: { message_id: 1 } });
    },
  });
  return opening.channel.sendNotice === null ? null : lines.join("\n");
}

const tellers = CHANNELS.filter(({ stream }) => stream === undefined);

describe("the notice of an alert", () => {
  it.each(tellers.map((kind) => [kind.kind, kind] as const))(
    "is said by %s with its summary, and its end as an end",
    async (_, kind) => {
      expect(await told(kind, noticeOf(entry))).toContain("The breaker of goplus is open");
      expect(await told(kind, noticeOf(resolved))).toMatch(/resolve/i);
    },
  );

  it("is not said to streams", async () => {
    const streams = CHANNELS.filter(({ stream }) => stream !== undefined);
    expect(streams.length).toBeGreaterThan(2);
    for (const kind of streams) expect(await told(kind, noticeOf(entry))).toBeNull();
  });

  it("of several is one message to people, on lines that values cannot forge", async () => {
    const telegram = CHANNELS.find(({ kind }) => kind === "telegram");
    if (telegram === undefined) throw new Error("no telegram");
    const other = { ...entry, key: "Breaker/x", subject: "x", summary: "The breaker of x is open" };
    const { text } = JSON.parse((await told(telegram, noticeOf(entry, other))) ?? "");
    expect(text.split("\n")[0]).toBe("<b>providers: 2 firing, 0 resolved</b>");
    expect(text).toContain("&lt;b&gt;*x*&lt;/b&gt; @room forged line");
    expect(text).toContain("The breaker of x is open");
    expect(text).toContain("team=data");
  });

  it("opens an incident of its own at PagerDuty, and resolves that", async () => {
    const pagerduty = CHANNELS.find(({ kind }) => kind === "pagerduty");
    if (pagerduty === undefined) throw new Error("no pagerduty");
    const opened = JSON.parse((await told(pagerduty, noticeOf(entry))) ?? "");
    const ended = JSON.parse((await told(pagerduty, noticeOf(resolved))) ?? "");
    expect(opened).toMatchObject({
      event_action: "trigger",
      payload: { severity: "critical", component: "goplus", custom_details: { team: "data" } },
    });
    expect(ended).toMatchObject({ event_action: "resolve", dedup_key: opened.dedup_key });
  });

  it("is data for a webhook, in snake_case", async () => {
    const webhook = CHANNELS.find(({ kind }) => kind === "webhook");
    if (webhook === undefined) throw new Error("no webhook");
    expect(JSON.parse((await told(webhook, noticeOf(entry))) ?? "")).toMatchObject({
      type: "alert.firing",
      timestamp: "2026-01-15T12:05:00Z",
      data: {
        alert: "Breaker",
        starts_at: entry.startsAt,
        group: "providers",
        severity: "critical",
      },
    });
  });
});
