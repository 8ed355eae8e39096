import * as z from "zod";
import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { hookProblem } from "./_shared/egress.ts";
import {
  cutDocument,
  documentText,
  type RichDocument,
  type RichLine,
  type RichSpan,
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
  noticeHeadline,
  openUrl,
  signalHeadline,
} from "./_shared/template.ts";
import { channel, type SendPorts, type SendResult } from "./channel.ts";

/** Escapes &, < and >, which also disables <!channel> and <@user>. */
const escapeControl = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** An element of rich text is shown as it is: Slack reads no mark-up, link or mention in it. */
function element({ text, style, href }: RichSpan): object {
  if (href !== undefined) return { type: "link", url: href, text };
  return { type: "text", text, ...(style && { style: { [style]: true } }) };
}

/** The limit of a section block, which rich text stays below as well: the address counts. */
const ROOM: TextRoom = {
  units: 3_000,
  measure: ({ text, href = "" }) => text.length + href.length,
};

export type SlackMessage =
  | { text: string; blocks: object[]; unfurl_links: false }
  /** For the webhook of a workflow, which takes the variables that its author declared. */
  | { text: string };

const Settings = z.object({
  url: z.string().max(2_048).meta({ secret: true }),
  templates: TemplatesSetting,
});
type Settings = z.output<typeof Settings>;

const isWorkflow = (url: string): boolean =>
  /^\/(?:workflows|triggers)\//.test(new URL(url).pathname.replace(/^\/slack(?=\/)/, ""));

/** Slack refuses an empty text, and shows lines of their own by line breaks inside of a section. */
const elementsOf = (line: RichLine, n: number): object[] => [
  ...(n === 0 ? [] : [{ type: "text", text: "\n" }]),
  ...line.filter(({ text }) => text !== "").map(element),
];

function written(
  whole: RichDocument,
  text: string,
  { url }: Settings,
  open: string | null = null,
): SlackMessage {
  const doc = cutDocument(whole, ROOM);
  if (isWorkflow(url)) return { text: documentText(doc) };
  const section = { type: "rich_text_section", elements: doc.flatMap(elementsOf) };
  return {
    // For notifications and screen readers.
    text: escapeControl(text),
    blocks: [{ type: "rich_text", elements: [section] }, ...linkButton(open)],
    unfurl_links: false,
  };
}

/** Slack opens the link itself; nothing is asked of the app. */
const linkButton = (url: string | null): object[] =>
  url === null
    ? []
    : [
        {
          type: "actions",
          elements: [{ type: "button", text: { type: "plain_text", text: "Open" }, url }],
        },
      ];

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
  const answer = await callWithJson(
    {
      provider: "slack",
      url,
      classify,
    },
    message,
    ports,
  );
  return sentFrom(answer);
}

export const slack = channel({
  kind: "slack",
  title: "Slack",
  docs: [
    "Create an app with an incoming webhook for the channel and give the hook's URL. Anyone with",
    "the URL can post: it is never shown again. The URL of a workflow that begins with a webhook",
    "works too: give the workflow a variable called text, of the type Text.",
  ].join(" "),
  settings: Settings,
  policy: "chat",
  sendMs: TIMEOUT_MS,
  digests: ROOM,
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
  render: (notifications, settings, env) =>
    written(
      composeAll(notifications, settings.templates, env.PUBLIC_URL),
      signalHeadline(notifications),
      settings,
      openUrl(notifications, env.PUBLIC_URL),
    ),
  renderNotice: (notice, settings) =>
    written(composeNotice(notice), noticeHeadline(notice), settings),
  send,
});
