import * as z from "zod";
import { type OutsideAnswer, outsideCall } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { hookProblem } from "./_shared/egress.ts";
import {
  cutDocument,
  encodeDocument,
  type RichDocument,
  type RichSpan,
  type TextRoom,
} from "./_shared/rich-text.ts";
import { TemplatesSetting } from "./_shared/secrets.ts";
import {
  callPorts,
  pageVerdict,
  READING,
  sentFrom,
  TIMEOUT_MS,
  unacknowledgedSend,
} from "./_shared/send-result.ts";
import { composeAll, composeNotice, noticeHeadline, signalHeadline } from "./_shared/template.ts";
import { channel, type SendPorts, type SendResult } from "./channel.ts";

/** Escapes &, < and >, which also disables <!channel> and <@user>. */
const escapeControl = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const WRAP = { bold: "*", italic: "_", code: "`" };

function mrkdwn({ text, style, href }: RichSpan): string {
  const inner = escapeControl(text);
  if (href !== undefined)
    return `<${escapeControl(href).replaceAll("|", "%7C")}|${inner.replaceAll("|", "¦")}>`;
  if (!style) return inner;
  const mark = WRAP[style];
  return `${mark}${inner.replaceAll(mark, "")}${mark}`;
}

/** The limit of one section block, in characters including escapes. */
const SECTION: TextRoom = { units: 3_000, measure: (span) => mrkdwn(span).length };

export type SlackMessage = { text: string; blocks: object[]; unfurl_links: boolean };

const Settings = z.object({
  url: z.string().max(2_048).meta({ secret: true }),
  templates: TemplatesSetting,
});
type Settings = z.output<typeof Settings>;

function written(doc: RichDocument, text: string): SlackMessage {
  const section = {
    type: "section",
    // verbatim: Slack makes no links, channels or mentions of words in values.
    text: {
      type: "mrkdwn",
      text: encodeDocument(cutDocument(doc, SECTION), mrkdwn),
      verbatim: true,
    },
  };
  return { text: escapeControl(text), blocks: [section], unfurl_links: false };
}

/**
 * Slack answers errors in plain text. A hook that was revoked, or whose channel is closed, does not
 * come back.
 */
function classify({ status, text }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  if (status === 429 || (status !== null && status >= 500)) return undefined;
  const isPage = text.trimStart().startsWith("<");
  if (isPage || (status !== null && status >= 300 && status < 400))
    return pageVerdict(status) ?? unacknowledgedSend;
  const reason = `HTTP ${status}: ${text.slice(0, 500)}`;
  if (status === 200 && !/^ok\b|"ok":\s*true/.test(text)) return unacknowledgedSend;
  if (status === 403 || status === 404 || status === 410) return { kind: "gone", reason };
  return status === 400 ? { kind: "reject", reason } : undefined;
}

async function send(
  message: SlackMessage,
  { url }: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const answer = await outsideCall(
    {
      provider: "slack",
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(message),
      ...READING,
      classify,
    },
    callPorts(ports),
  );
  return sentFrom(answer);
}

export const slack = channel({
  kind: "slack",
  title: "Slack",
  docs: [
    "Create an app with an incoming webhook for the channel and give the hook's URL. Anyone with",
    "the URL can post: it is never shown again.",
  ].join(" "),
  settings: Settings,
  policy: "chat",
  sendMs: TIMEOUT_MS,
  digests: SECTION,
  threads: false,
  missing: () => null,
  refuse: ({ url }, env) =>
    hookProblem(
      "url",
      url,
      /^hooks\.slack(?:-gov)?\.com$/,
      /\/(?:services|workflows|triggers)\/./,
      env,
    ),
  example: { url: "https://hooks.slack.com/services/T0/B0/token" },
  limits: () => [{ key: "hook", count: 1, perMs: 1_000, burst: 2 }],
  render: (notifications, { templates }, env) =>
    written(composeAll(notifications, templates, env.PUBLIC_URL), signalHeadline(notifications)),
  renderNotice: (notice) => written(composeNotice(notice), noticeHeadline(notice)),
  send,
});
