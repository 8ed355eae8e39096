import * as z from "zod";
import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { snakeCased } from "../kit/case.ts";
import { sha256Hex } from "../kit/hash.ts";
import type { OperatorNotice } from "../model/channel-config.ts";
import { notificationShown, type SignalNotification } from "../model/delivery.ts";
import { hookProblem } from "./_shared/egress.ts";
import { cutText } from "./_shared/rich-text.ts";
import {
  callWithJson,
  onlyNotification,
  pageVerdict,
  sentFrom,
  TIMEOUT_MS,
  unacknowledgedSend,
} from "./_shared/send-result.ts";
import { explainUrl, noticeHeadline, noticeReason, signalHeadline } from "./_shared/template.ts";
import { channel, type SendPorts, type SendResult } from "./channel.ts";

const MAX_SUMMARY = 1_024;
const MAX_KEY = 255;
const SEVERITIES = ["critical", "error", "warning", "info"] as const;

const Settings = z.object({
  routingKey: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, "is the integration key of 32 letters and digits")
    .meta({ secret: true }),
  url: z.string().max(2_048).default("https://events.pagerduty.com/v2/enqueue"),
  /** By the risk of the signal when it is left out. */
  severity: z.enum(SEVERITIES).optional(),
});
type Settings = z.output<typeof Settings>;

export type PagerDutyMessage = Record<string, unknown> & {
  event_action: "trigger" | "resolve";
  dedup_key: string;
};

const dedupKey = (key: string): string => (key.length > MAX_KEY ? sha256Hex(key) : key);

/** An incident lasts while its token is verified. */
const actionOf = ({ state, previousState }: SignalNotification): "trigger" | "resolve" =>
  state === "verified" || (state === "candidate" && previousState === null) ? "trigger" : "resolve";

const RISK_SEVERITY = {
  red: "critical",
  yellow: "warning",
  green: "info",
  unknown: "info",
} as const;

function render(
  notification: SignalNotification,
  { severity }: Settings,
  publicUrl: string,
): PagerDutyMessage {
  const why = explainUrl(notification.eventKey, publicUrl);
  return {
    event_action: actionOf(notification),
    dedup_key: dedupKey(notification.eventKey),
    payload: {
      summary: cutText(`${signalHeadline([notification])} ${notification.summary}`, MAX_SUMMARY),
      source: "event-stream-starter",
      severity: severity ?? RISK_SEVERITY[notification.riskLevel],
      timestamp: notification.ts,
      component: notification.symbol ?? notification.tokenCa ?? notification.eventKey,
      group: notification.chain,
      class: notification.type,
      custom_details: snakeCased(notificationShown(notification)),
    },
    client: "Event Stream Starter",
    ...(publicUrl !== "" && { client_url: publicUrl }),
    ...(why !== "" && { links: [{ href: why, text: "Why" }] }),
  };
}

/** An alert is an incident of its own, which ends with it. */
function renderNotice(notice: OperatorNotice): PagerDutyMessage {
  const [entry] = notice.kind === "alert" ? notice.alerts : [];
  const about = notice.kind === "alert" ? `alert ${entry?.key}` : `channel ${notice.channel}`;
  return {
    event_action: entry?.status === "resolved" ? "resolve" : "trigger",
    dedup_key: dedupKey(about),
    payload: {
      summary: cutText(`${noticeHeadline(notice)}: ${noticeReason(notice)}`, MAX_SUMMARY),
      source: "event-stream-starter",
      severity: entry?.severity ?? "error",
      timestamp: notice.at,
      ...(entry && { component: entry.subject ?? entry.alert, custom_details: entry.labels }),
    },
  };
}

const Reply = z.looseObject({
  status: z.string().catch(""),
  message: z.string().catch(""),
  errors: z.array(z.string()).catch([]),
});

/** Events API v2: 202 takes the event, 400 names what is wrong with it, 429 asks to slow down. */
function classify({ status, json }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  const reply = Reply.safeParse(json).data;
  const accepted = status !== null && status >= 200 && status < 300;
  if (accepted) return reply?.status === "success" ? undefined : unacknowledgedSend;
  if (reply === undefined) return pageVerdict(status);
  const said = [reply.message, ...reply.errors].filter(Boolean).join("; ").slice(0, 500);
  const reason = `HTTP ${status}${said ? `: ${said}` : ""}`;
  if (status === 401 || status === 403 || /routing.?key/i.test(said))
    return { kind: "auth", reason };
  return status === 400 || status === 413 ? { kind: "reject", reason } : undefined;
}

async function send(
  message: PagerDutyMessage,
  { routingKey, url }: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const answer = await callWithJson(
    {
      provider: "pagerduty",
      url,
      expect: "json",
      classify,
    },
    { routing_key: routingKey, ...message },
    ports,
  );
  return sentFrom(answer, message.dedup_key);
}

export const pagerduty = channel({
  kind: "pagerduty",
  title: "PagerDuty",
  docs: [
    "In the service add the integration Events API V2 and give its key. An event opens one",
    "incident, whose dedup_key is the key of the event, so that a repeat opens no second one. It",
    "is resolved when the token is no longer verified.",
    "routing_key: the integration key. url: https://events.eu.pagerduty.com/v2/enqueue for",
    "accounts of the EU. severity: critical, error, warning or info; by the signal's risk when",
    "left out.",
  ].join("\n"),
  settings: Settings,
  policy: "chat",
  sendMs: TIMEOUT_MS,
  digests: null,
  threads: false,
  missing: () => null,
  refuse: ({ url }, env) =>
    hookProblem("url", url, /^events(?:\.eu)?\.pagerduty\.com$/, /\/v2\/enqueue$/, env),
  example: { routingKey: "0".repeat(32) },
  // 120 events a minute for one key.
  limits: () => [{ key: "key", count: 100, perMs: 60_000, burst: 20 }],
  render: (notifications, settings, env) =>
    render(onlyNotification(notifications), settings, env.PUBLIC_URL),
  renderNotice,
  send,
});
