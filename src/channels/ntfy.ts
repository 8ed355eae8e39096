import * as z from "zod";
import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { utf8Length } from "../kit/utf8.ts";
import type { SignalNotification } from "../model/delivery.ts";
import { egressProblem } from "./_shared/egress.ts";
import {
  cutDocument,
  cutText,
  documentText,
  type RichDocument,
  type TextRoom,
} from "./_shared/rich-text.ts";
import { TemplatesSetting } from "./_shared/secrets.ts";
import {
  callWithJson,
  pageVerdict,
  sentFrom,
  TIMEOUT_MS,
  unacknowledgedSend,
} from "./_shared/send-result.ts";
import {
  composeAll,
  composeNotice,
  explainUrl,
  noticeHeadline,
  signalHeadline,
} from "./_shared/template.ts";
import { channel, type SendPorts, type SendResult } from "./channel.ts";

/** A server makes a file of a message that is longer than 4,096 bytes. */
const ROOM: TextRoom = { units: 4_000, measure: ({ text }) => utf8Length(text) };
/** Servers from 2.28 on refuse titles above 1,024 bytes; a letter has at most four. */
const MAX_TITLE = 250;

/** ntfy shows the emoji of a tag that it knows before the title. */
const TAGS = {
  verified: "white_check_mark",
  downgraded: "warning",
  candidate: "eyes",
};

const Settings = z.object({
  server: z.string().max(1_024).default("https://ntfy.sh"),
  /** Whoever knows the topic of an open server can read it. */
  topic: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "is up to 64 letters, digits, _ and -")
    .meta({ secret: true }),
  token: z
    .string()
    .max(256)
    .regex(/^[\x21-\x7e]+$/, "is an access token")
    .optional()
    .meta({ secret: true }),
  /** 1 (no sound) to 5 (the loudest). */
  priority: z.number().int().min(1).max(5).default(3),
  templates: TemplatesSetting,
});
type Settings = z.output<typeof Settings>;

export type NtfyMessage = { title: string; message: string; tags: string[]; click?: string };

const written = (doc: RichDocument, title: string, tag: string, click: string): NtfyMessage => ({
  title: cutText(title, MAX_TITLE),
  message: documentText(cutDocument(doc, ROOM)),
  tags: [tag],
  ...(click !== "" && { click }),
});

function render(
  notifications: readonly SignalNotification[],
  { templates }: Settings,
  publicUrl: string,
): NtfyMessage {
  const [first] = notifications;
  const only = notifications.length === 1 ? first : undefined;
  return written(
    composeAll(notifications, templates, publicUrl),
    signalHeadline(notifications),
    TAGS[only?.state ?? "candidate"],
    only === undefined ? "" : explainUrl(only.eventKey, publicUrl),
  );
}

const Reply = z.looseObject({
  id: z.string().optional(),
  code: z.number().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
});

/** ntfy's codes for what is used up for the day: messages, and the bandwidth of attachments. */
const USED_UP = [42_905, 42_908];

function classify({ status, json }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  const reply = Reply.safeParse(json).data;
  if (reply === undefined) return status === 200 ? unacknowledgedSend : pageVerdict(status);
  if (status === 200) return reply.id === undefined ? unacknowledgedSend : undefined;
  const reason = `HTTP ${status}${reply.error ? `: ${reply.error.slice(0, 500)}` : ""}`;
  if (status === 429)
    return { kind: USED_UP.includes(reply.code ?? 0) ? "quota" : "throttled", reason };
  if (status === 401 || status === 403) return { kind: "auth", reason };
  return status === 400 || status === 413 ? { kind: "reject", reason } : undefined;
}

async function send(
  message: NtfyMessage,
  { server, topic, token, priority }: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const answer = await callWithJson(
    {
      provider: "ntfy",
      // JSON is published at the root of the server, whose path a proxy may have moved.
      url: `${server.replace(/\/+$/, "")}/`,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      expect: "json",
      classify,
    },
    // Servers that know sequence_id let a repeat replace the message instead of showing it twice.
    { topic, ...message, priority, sequence_id: ports.idemKey },
    ports,
  );
  return sentFrom(answer, Reply.safeParse(answer.json).data?.id ?? null);
}

export const ntfy = channel({
  kind: "ntfy",
  title: "ntfy",
  docs: [
    "Push messages by ntfy.sh or a server of your own. Subscribe to the topic in the app; on an",
    "open server whoever knows its name can read it, so choose one that cannot be guessed.",
    "server: https://ntfy.sh when left out. token: an access token (tk_...), where the topic is",
    "protected. priority: 1 (no sound) to 5.",
  ].join("\n"),
  settings: Settings,
  policy: "chat",
  sendMs: TIMEOUT_MS,
  digests: ROOM,
  threads: false,
  missing: () => null,
  refuse: ({ server }, env) => egressProblem("server", server, env),
  example: { topic: "signals" },
  // ntfy.sh: 60 at once, then one every 5 s for a visitor.
  limits: ({ server }) => [
    { key: `ntfy-${server}`, count: 1, perMs: 5_000, burst: 30, shared: true },
  ],
  render: (notifications, settings, env) => render(notifications, settings, env.PUBLIC_URL),
  renderNotice: (notice) => written(composeNotice(notice), noticeHeadline(notice), "warning", ""),
  send,
});
