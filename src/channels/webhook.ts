import * as z from "zod";
import { type OutsideAnswer, outsideCall } from "../http/request.ts";
import { requestedDelay } from "../http/status-verdict.ts";
import type { Verdict } from "../http/verdict.ts";
import { snakeCased } from "../kit/case.ts";
import { isSecret, newSecret, signedHeaders } from "../kit/standard-webhooks.ts";
import type { OperatorNotice } from "../model/channel-config.ts";
import { notificationShown, type SignalNotification } from "../model/delivery.ts";
import { egressProblem } from "./_shared/egress.ts";
import {
  callPorts,
  onlyNotification,
  READING,
  sentFrom,
  TIMEOUT_MS,
} from "./_shared/send-result.ts";
import { channel, type SendPorts, type SendResult } from "./channel.ts";

const Settings = z.object({
  url: z.string().max(2_048).meta({ secret: true }),
  /** One or two live secrets, the new one first. */
  secrets: z
    .array(z.string().refine(isSecret, "is whsec_ and the base64 of 24 to 64 random bytes"))
    .min(1)
    .max(2)
    .meta({ secret: true }),
  format: z.enum(["standard", "cloudevents"]).default("standard"),
});
type Settings = z.output<typeof Settings>;

export type WebhookMessage = { contentType: string; event: Record<string, unknown> };

/** The payload is the same at every attempt: it must not depend on the time of the send. */
function payload(notification: SignalNotification, format: Settings["format"]): WebhookMessage {
  const type = `signal.${notification.state}`;
  const shown = snakeCased(notificationShown(notification));
  return eventOf(type, notification.ts, notification.eventKey, shown, format);
}

function eventOf(
  type: string,
  time: string,
  subject: string,
  data: unknown,
  format: Settings["format"],
): WebhookMessage {
  if (format === "standard")
    return { contentType: "application/json", event: { type, timestamp: time, data } };
  const event = {
    specversion: "1.0",
    source: "/event-stream-starter",
    type: `io.event-stream-starter.${type}`,
    subject,
    time,
    datacontenttype: "application/json",
    data,
  };
  return { contentType: "application/cloudevents+json; charset=utf-8", event };
}

/** Of alerts the first: a machine gets each by itself. */
function renderNotice(notice: OperatorNotice, { format }: Settings): WebhookMessage {
  if (notice.kind === "channel") {
    const { kind: _, at, ...data } = notice;
    return eventOf(`channel.${data.status}`, at, data.channel, data, format);
  }
  const [entry] = notice.alerts;
  const data = snakeCased({ ...entry, group: notice.group });
  return eventOf(`alert.${entry?.status}`, notice.at, entry?.key ?? notice.group, data, format);
}

/**
 * Standard Webhooks: 2xx is success, 410 alone says that the receiver is gone, and every other
 * answer follows the schedule, because its owner may correct it.
 */
function classify(
  { status, headers }: Omit<OutsideAnswer, "verdict">,
  now: number,
): Verdict | undefined {
  if (status === null) return undefined;
  if (status >= 200 && status < 300) return { kind: "ok", reason: `HTTP ${status}` };
  if (status === 410) return { kind: "gone", reason: "HTTP 410" };
  const delayMs = requestedDelay(headers, now);
  const wait = delayMs !== undefined && { delayMs };
  if (status === 429) return { kind: "throttled", reason: "HTTP 429", ...wait };
  const reason =
    status >= 300 && status < 400 ? `HTTP ${status}: redirects are not followed` : `HTTP ${status}`;
  return { kind: "retry", reason, ...wait };
}

async function send(
  message: WebhookMessage,
  settings: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const id = settings.format === "cloudevents" ? { id: ports.idemKey } : {};
  const body = JSON.stringify({ ...id, ...message.event });
  const answer = await outsideCall(
    {
      provider: "webhook",
      method: "POST",
      url: settings.url,
      headers: {
        "content-type": message.contentType,
        ...signedHeaders(settings.secrets, ports.idemKey, body, ports.now()),
      },
      body,
      ...READING,
      classify: (reply) => classify(reply, ports.now()),
    },
    callPorts(ports),
  );
  return sentFrom(answer);
}

export const webhook = channel({
  kind: "webhook",
  title: "Webhook",
  docs: [
    "Posts JSON to your https URL, signed by Standard Webhooks (webhook-id, webhook-timestamp,",
    "webhook-signature). The webhook-id stays the same",
    "for every attempt: drop what you have seen. Answer 2xx within 15 s; 410 switches the channel",
    "off; anything else is tried again for 72 h. 401 or 403 three times in a row pauses the",
    "channel;",
    "five days in which every attempt failed (ten or more) switch it off. Another channel gets",
    "a notice.",
    "secrets: one or two of the form whsec_...; left out, one is made and shown once. While two",
    "are live every message carries both signatures.",
    "format: standard {type, timestamp, data}, or cloudevents (structured mode, 1.0).",
  ].join("\n"),
  settings: Settings,
  policy: "webhook",
  sendMs: TIMEOUT_MS,
  digests: null,
  threads: false,
  missing: () => null,
  refuse: ({ url }, env) => egressProblem("url", url, env),
  generateSettings: (given, randomBytes) =>
    given.secrets === undefined ? { secrets: [newSecret(randomBytes)] } : {},
  rotate: ({ secrets }, randomBytes) => {
    const fresh = newSecret(randomBytes);
    const [newest] = Array.isArray(secrets) ? secrets : [];
    return {
      settings: { secrets: [fresh, ...(newest === undefined ? [] : [newest])] },
      generated: { secrets: [fresh] },
    };
  },
  example: {
    url: "https://hooks.example.com/signals",
    secrets: ["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
  },
  limits: () => [{ key: "hook", count: 50, perMs: 1_000, burst: 50 }],
  render: (notifications, { format }) => payload(onlyNotification(notifications), format),
  renderNotice,
  send,
});
