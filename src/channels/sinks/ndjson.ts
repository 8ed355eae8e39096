import * as z from "zod";
import { type OutsideAnswer, outsideCall } from "../../http/request.ts";
import type { Verdict } from "../../http/verdict.ts";
import { egressProblem } from "../_shared/egress.ts";
import { callPorts, pageVerdict, READING, sentFrom } from "../_shared/send-result.ts";
import { wordsOf } from "../_shared/target-words.ts";
import { channel, type SendPorts, type SendResult } from "../channel.ts";
import { ndjsonOf, SINK, type SinkRow, sinkRow } from "./rows.ts";

const SEND_MS = 30_000;

const Settings = z.object({
  url: z.string().max(2_048).meta({ secret: true }),
  token: z
    .string()
    .regex(/^[\x21-\x7e]{1,2048}$/, "is a token")
    .optional()
    .meta({ secret: true }),
  format: z.enum(["ndjson", "json"]).default("ndjson"),
});
type Settings = z.output<typeof Settings>;

/** A refusal of a whole batch would be the same for the next one: a person has to look. */
function classify({ status, text }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  if (status === null || status >= 500 || status === 429 || status === 408) return undefined;
  if (status >= 200 && status < 300) return { kind: "ok", reason: `HTTP ${status}` };
  if (text.trimStart().startsWith("<") || status < 400) return pageVerdict(status);
  return { kind: "auth", reason: `HTTP ${status}: ${wordsOf(text) ?? "refused"}` };
}

async function send(
  rows: readonly SinkRow[],
  { url, token, format }: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const answer = await outsideCall(
    {
      provider: "ndjson",
      method: "POST",
      url,
      headers: {
        "content-type": format === "ndjson" ? "application/x-ndjson" : "application/json",
        "idempotency-key": ports.idemKey,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: format === "ndjson" ? ndjsonOf(rows) : JSON.stringify(rows),
      ...READING,
      timeoutMs: SEND_MS,
      classify,
    },
    callPorts(ports),
  );
  return sentFrom(answer);
}

export const ndjson = channel({
  ...SINK,
  kind: "ndjson",
  title: "HTTP stream",
  docs: [
    "Posts every revision of every event with its signal, up to 200 rows at a time, to an https",
    "address: Cloudflare Pipelines (format: json, its address and token), or any collector.",
    "format: ndjson (a JSON object a line) or json (one array). token: sent as Bearer.",
    "At least once: Idempotency-Key is the same for a batch that is sent again, and each row has",
    "the field key. Filters are off unless they are set.",
  ].join("\n"),
  settings: Settings,
  sendMs: SEND_MS,
  refuse: ({ url }, env) => egressProblem("url", url, env),
  example: { url: "https://0123.ingest.cloudflare.com", format: "json" },
  limits: () => [{ key: "hook", count: 10, perMs: 1_000, burst: 10 }],
  render: (notifications) => notifications.map(sinkRow),
  send,
});
