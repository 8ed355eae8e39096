import * as z from "zod";
import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import type { ChannelEnv } from "../settings/settings.ts";
import { htmlWith } from "./_shared/html.ts";
import {
  cutDocument,
  cutText,
  documentText,
  encodeDocument,
  ofText,
  type RichDocument,
} from "./_shared/rich-text.ts";
import { TemplatesSetting } from "./_shared/secrets.ts";
import {
  callWithJson,
  notSent,
  pageVerdict,
  sentFrom,
  TIMEOUT_MS,
  unacknowledgedSend,
} from "./_shared/send-result.ts";
import { composeAll, composeNotice, noticeHeadline, signalHeadline } from "./_shared/template.ts";
import { channel, type SendPorts, type SendResult } from "./channel.ts";

const html = htmlWith({ bold: "strong", italic: "em", code: "code" });

export type EmailMessage = { subject: string; html: string; text: string };

/** No reader needs more, and providers refuse a mail that is too large. */
const ROOM = ofText(50_000);

function written(all: RichDocument, subject: string): EmailMessage {
  const doc = cutDocument(all, ROOM);
  return {
    subject: cutText(subject.replace(/[\r\n]+/g, " "), 200),
    html:
      `<div style="font:15px/1.5 sans-serif">` +
      `${encodeDocument(doc, html).replaceAll("\n", "<br>\n")}</div>`,
    text: documentText(doc),
  };
}

const Address = z
  .string()
  .regex(
    /^(?:[^<>,;\p{Cc}]{1,100} <[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+\.[^\s<>@,;]+)$/u,
    'is an address such as "ada@example.org"',
  );

const Settings = z.object({
  provider: z.enum(["resend", "postmark"]).default("resend"),
  to: z.array(Address).min(1).max(50),
  /** MAIL_FROM by default. */
  from: Address.optional(),
  templates: TemplatesSetting,
});
type Settings = z.output<typeof Settings>;

type Provider = {
  keyName: "RESEND_API_KEY" | "POSTMARK_TOKEN";
  url(env: ChannelEnv): string;
  headers(env: ChannelEnv, idemKey: string): Record<string, string>;
  body(mail: EmailMessage, from: string, to: string[], idemKey: string): object;
  classify(answer: Omit<OutsideAnswer, "verdict">): Verdict | undefined;
  id(json: unknown): string | null;
};

const ResendReply = z.looseObject({
  id: z.string().optional(),
  name: z.string().default(""),
  message: z.string().default(""),
});

/** Resend keeps an idempotency key for 24 hours: as long as a mail is retried. */
const resend: Provider = {
  keyName: "RESEND_API_KEY",
  url: (env) => `${env.RESEND_BASE_URL}/emails`,
  headers: (env, idemKey) => ({
    authorization: `Bearer ${env.RESEND_API_KEY}`,
    "idempotency-key": idemKey,
  }),
  body: (mail, from, to, idemKey) => ({
    from,
    to,
    ...mail,
    headers: { "X-Entity-Ref-ID": idemKey },
  }),
  classify({ status, json }) {
    if (json === undefined) return pageVerdict(status);
    const reply = ResendReply.safeParse(json).data;
    if (status === 200 && reply?.id === undefined) return unacknowledgedSend;
    const said = [reply?.name, reply?.message].filter(Boolean).join(": ").slice(0, 500);
    const reason = said === "" ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
    if (/^(daily|monthly)_quota_exceeded$/.test(reply?.name ?? ""))
      return { kind: "quota", reason };
    if (reply?.name === "concurrent_idempotent_requests") return { kind: "retry", reason };
    // The key is known there only when an earlier mail with it was accepted.
    if (reply?.name === "invalid_idempotent_request") return { kind: "ok", reason };
    // An unverified domain counts as credentials: the mail is sent once a person has verified it.
    if (status === 403) return { kind: "auth", reason };
    return status === 400 || status === 422 ? { kind: "reject", reason } : undefined;
  },
  id: (json) => ResendReply.safeParse(json).data?.id ?? null,
};

const PostmarkReply = z.looseObject({
  ErrorCode: z.number().default(0),
  Message: z.string().default(""),
  MessageID: z.string().optional(),
});

const postmark: Provider = {
  keyName: "POSTMARK_TOKEN",
  url: (env) => `${env.POSTMARK_BASE_URL}/email`,
  headers: (env) => ({ accept: "application/json", "x-postmark-server-token": env.POSTMARK_TOKEN }),
  body: (mail, from, to, idemKey) => ({
    From: from,
    To: to.join(","),
    Subject: mail.subject,
    HtmlBody: mail.html,
    TextBody: mail.text,
    MessageStream: "outbound",
    Headers: [{ Name: "X-Entity-Ref-ID", Value: idemKey }],
  }),
  classify({ status, json }) {
    if (json === undefined) return pageVerdict(status);
    const reply = PostmarkReply.safeParse(json).data;
    if (status === 200 && (!reply || (reply.ErrorCode === 0 && reply.MessageID === undefined)))
      return unacknowledgedSend;
    if (!reply || reply.ErrorCode === 0 || (status !== 200 && status !== 422)) return undefined;
    const reason = `error ${reply.ErrorCode}: ${reply.Message.slice(0, 500)}`;
    // 405: the allowance is used up; 10: the token is wrong.
    if (reply.ErrorCode === 405) return { kind: "quota", reason };
    return { kind: reply.ErrorCode === 10 ? "auth" : "reject", reason };
  },
  id: (json) => PostmarkReply.safeParse(json).data?.MessageID ?? null,
};

const PROVIDERS = { resend, postmark };

async function send(mail: EmailMessage, settings: Settings, ports: SendPorts): Promise<SendResult> {
  const { env, idemKey } = ports;
  const provider = PROVIDERS[settings.provider];
  if (env[provider.keyName] === "")
    return notSent({ kind: "auth", reason: `${provider.keyName} is not set` });
  const answer = await callWithJson(
    {
      provider: settings.provider,
      url: provider.url(env),
      headers: provider.headers(env, idemKey),
      expect: "json",
      classify: provider.classify,
    },
    provider.body(mail, settings.from ?? env.MAIL_FROM, settings.to, idemKey),
    ports,
  );
  return sentFrom(answer, provider.id(answer.json));
}

export const email = channel({
  kind: "email",
  title: "Email",
  docs: [
    "Through Resend (RESEND_API_KEY) or Postmark (POSTMARK_TOKEN), from an address of a domain",
    "that is verified there.",
    "to: up to 50 addresses. from: left out, MAIL_FROM. Resend takes our idempotency key, so a",
    "repeat shows once.",
  ].join("\n"),
  settings: Settings,
  policy: "email",
  sendMs: TIMEOUT_MS,
  digests: ROOM,
  threads: false,
  missing: (env) =>
    env.RESEND_API_KEY === "" && env.POSTMARK_TOKEN === ""
      ? "neither RESEND_API_KEY nor POSTMARK_TOKEN is set"
      : null,
  refuse: ({ from }, env) =>
    from === undefined && env.MAIL_FROM === ""
      ? { path: "from", message: "is needed, since MAIL_FROM is not set" }
      : null,
  example: { to: ["ada@example.org"], from: "signals@example.org" },
  limits: ({ provider }) => [
    { key: `mail-${provider}`, count: 2, perMs: 1_000, burst: 2, shared: true },
  ],
  render: (notifications, { templates }, env) =>
    written(composeAll(notifications, templates, env.PUBLIC_URL), signalHeadline(notifications)),
  renderNotice: (notice) => written(composeNotice(notice), noticeHeadline(notice)),
  send,
});
