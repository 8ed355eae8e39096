import * as z from "zod";
import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { jsonBytes } from "../kit/utf8.ts";
import { hookProblem } from "./_shared/egress.ts";
import {
  cutDocument,
  type RichDocument,
  type RichLine,
  type RichSpan,
  type TextRoom,
} from "./_shared/rich-text.ts";
import { TemplatesSetting } from "./_shared/secrets.ts";
import { callWithJson, pageVerdict, sentFrom, TIMEOUT_MS } from "./_shared/send-result.ts";
import { composeAll, composeNotice, noticeHeadline, signalHeadline } from "./_shared/template.ts";
import { channel, type SendPorts, type SendResult } from "./channel.ts";

/**
 * Runs of text are shown as they are, while a TextBlock would read Markdown in the words of posts.
 */
const textRun = ({ text, style, href }: RichSpan): object => ({
  type: "TextRun",
  text,
  ...(style === "bold" && { weight: "Bolder" }),
  ...(style === "italic" && { italic: true }),
  ...(style === "code" && { fontType: "Monospace" }),
  ...(href !== undefined && { selectAction: { type: "Action.OpenUrl", url: href } }),
});

/** A message may have 28 KB; this leaves room for the card around the text. */
const ROOM: TextRoom = { units: 20_000, measure: (span) => jsonBytes(textRun(span)) };

const Settings = z.object({
  url: z.string().max(2_048).meta({ secret: true }),
  templates: TemplatesSetting,
});
type Settings = z.output<typeof Settings>;

export type TeamsMessage = { type: "message"; summary: string; attachments: object[] };

const block = (line: RichLine): object => ({
  type: "RichTextBlock",
  inlines: line.map(textRun),
});

const written = (doc: RichDocument, summary: string): TeamsMessage => ({
  type: "message",
  summary,
  attachments: [
    {
      contentType: "application/vnd.microsoft.card.adaptive",
      contentUrl: null,
      content: {
        $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
        type: "AdaptiveCard",
        version: "1.4",
        msteams: { width: "Full" },
        body: cutDocument(doc, ROOM).map(block),
      },
    },
  ],
});

const Refusal = z.looseObject({
  error: z.looseObject({ code: z.string().catch(""), message: z.string().catch("") }),
});

/** The workflow was switched off or deleted, or the address belongs to another environment. */
const GONE =
  /WorkflowTriggerIsNotEnabled|WorkflowNotFound|WorkflowTriggerNotFound|WorkflowDisabled/;

/** A workflow answers 202 without a body, also when the card is refused in a later step. */
function classify({ status, json, text }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  if (status === 200 || status === 202)
    return text.trimStart().startsWith("<") ? { kind: "retry", reason: "a page" } : undefined;
  if (json === undefined) return pageVerdict(status);
  const refusal = Refusal.safeParse(json).data?.error ?? { code: "", message: "" };
  const reason = `HTTP ${status}: ${refusal.code} ${refusal.message}`.slice(0, 500);
  if (GONE.test(refusal.code)) return { kind: "gone", reason };
  if (status === 401 || status === 403) return { kind: "auth", reason };
  if (status === 404 || status === 410) return { kind: "gone", reason };
  return status === 400 || status === 413 ? { kind: "reject", reason } : undefined;
}

async function send(
  message: TeamsMessage,
  { url }: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const answer = await callWithJson(
    {
      provider: "teams",
      url,
      classify,
    },
    message,
    ports,
  );
  return sentFrom(answer);
}

const HOSTS =
  /(?:\.logic\.azure\.(?:com|us|cn)|\.api\.powerplatform\.(?:com|us)|\.webhook\.office\.com)$/;

export const teams = channel({
  kind: "teams",
  title: "Microsoft Teams",
  docs: [
    "In the channel or chat choose Workflows, take the template for webhook requests (post to a",
    "channel, or to a chat, when a webhook request is received) and give the URL that it shows.",
    "Anyone with the URL can post: it is never shown again. Its owner must keep the workflow on.",
  ].join("\n"),
  settings: Settings,
  policy: "chat",
  sendMs: TIMEOUT_MS,
  digests: ROOM,
  threads: false,
  missing: () => null,
  refuse: ({ url }, env) => hookProblem("url", url, HOSTS, /\/(?:workflows|webhookb2)\/./, env),
  example: {
    url: "https://prod-1.westeurope.logic.azure.com/workflows/0/triggers/manual/paths/invoke?sig=0",
  },
  // 4 requests a second, and a flow bot is slower in one chat.
  limits: () => [{ key: "hook", count: 1, perMs: 1_000, burst: 4 }],
  render: (notifications, { templates }, env) =>
    written(composeAll(notifications, templates, env.PUBLIC_URL), signalHeadline(notifications)),
  renderNotice: (notice) => written(composeNotice(notice), noticeHeadline(notice)),
  send,
});
