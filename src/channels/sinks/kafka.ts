import * as z from "zod";
import { type OutsideAnswer, outsideCall } from "../../http/request.ts";
import type { Verdict } from "../../http/verdict.ts";
import { egressProblem } from "../_shared/egress.ts";
import {
  callPorts,
  pageVerdict,
  READING,
  sentFrom,
  unacknowledgedSend,
} from "../_shared/send-result.ts";
import { channel, type SendPorts, type SendResult } from "../channel.ts";
import { SINK, type SinkRow, sinkRow } from "./rows.ts";

const SEND_MS = 30_000;

const Settings = z.object({
  url: z.string().max(1_024),
  topic: z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, "is a topic's name"),
  user: z.string().max(256).optional(),
  password: z.string().max(512).optional().meta({ secret: true }),
});
type Settings = z.output<typeof Settings>;

const Reply = z.looseObject({
  offsets: z
    .array(
      z.looseObject({
        error_code: z.number().nullish(),
        error: z.string().nullish(),
      }),
    )
    .optional(),
  error_code: z.number().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
});

/** In an offset 1 is an error that repeating does not cure; 2 and Kafka's own codes may pass. */
const LASTING = 1;

/**
 * REST Proxy v2: a 200 may hold records that were not taken, each with an error. Then the whole
 * batch is sent again, with the same keys. Other refusals wait for a person.
 */
function classify(
  { status, json }: Omit<OutsideAnswer, "verdict">,
  sent: number,
): Verdict | undefined {
  const reply = Reply.safeParse(json).data;
  if (status !== null && status >= 200 && status < 300) {
    if (reply?.offsets?.length !== sent) return unacknowledgedSend;
    const failed = reply.offsets.filter(({ error_code }) => (error_code ?? null) !== null);
    if (failed.length === 0) return undefined;
    const lasting = failed.some(({ error_code }) => error_code === LASTING);
    const reason = `${failed.length} of ${sent} records: ${failed[0]?.error ?? "refused"}`;
    return { kind: lasting ? "auth" : "retry", reason: reason.slice(0, 500) };
  }
  if (json === undefined) return pageVerdict(status);
  if (status === null || status >= 500 || status === 429 || status === 408) return undefined;
  return { kind: "auth", reason: `HTTP ${status}: ${reply?.message ?? ""}`.slice(0, 500) };
}

const basic = (user: string, password: string): string =>
  `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${user}:${password}`)))}`;

async function send(
  rows: readonly SinkRow[],
  { url, topic, user, password }: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const records = rows.map((row) => ({ key: row.event_key, value: row }));
  const answer = await outsideCall(
    {
      provider: "kafka",
      method: "POST",
      url: `${url.replace(/\/+$/, "")}/topics/${topic}`,
      headers: {
        "content-type": "application/vnd.kafka.json.v2+json",
        accept: "application/vnd.kafka.v2+json",
        ...(user !== undefined && { authorization: basic(user, password ?? "") }),
      },
      body: JSON.stringify({ records }),
      ...READING,
      timeoutMs: SEND_MS,
      expect: "json",
      classify: (reply) => classify(reply, records.length),
    },
    callPorts(ports),
  );
  return sentFrom(answer);
}

export const kafka = channel({
  ...SINK,
  kind: "kafka",
  title: "Kafka",
  docs: [
    "Writes every revision of every event with its signal to a topic, up to 200 records at a time,",
    "by a REST proxy that speaks version 2 (Confluent REST Proxy, Redpanda HTTP Proxy).",
    "url: of the proxy. topic. user and password: for Basic authentication.",
    "At least once: each record's key is the event key, and its value has the field key, the same",
    "in every repeat, and rev, which grows with the event.",
    "Filters are off unless they are set.",
  ].join("\n"),
  settings: Settings,
  sendMs: SEND_MS,
  refuse: ({ url }, env) => egressProblem("url", url, env),
  example: { url: "https://kafka-rest.example.com", topic: "signals" },
  limits: () => [{ key: "topic", count: 10, perMs: 1_000, burst: 10 }],
  render: (notifications) => notifications.map(sinkRow),
  send,
});
