import * as z from "zod";
import type { OutsideAnswer } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { sha256Hex } from "../kit/hash.ts";
import { utf8Length } from "../kit/utf8.ts";
import { egressProblem } from "./_shared/egress.ts";
import { htmlWith } from "./_shared/html.ts";
import {
  cutDocument,
  documentText,
  encodeDocument,
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
import { composeAll, composeNotice } from "./_shared/template.ts";
import { channel, type SendPorts, type SendResult } from "./channel.ts";

const html = htmlWith({ bold: "strong", italic: "em", code: "code" });

/**
 * An event has at most 65,536 bytes, and an edit holds the text twice, each time plain and as HTML.
 */
const ROOM: TextRoom = { units: 13_000, measure: (span) => utf8Length(html(span)) };

const Settings = z.object({
  homeserver: z.string().max(1_024),
  roomId: z
    .string()
    .regex(/^![^\s:]{1,200}(?::\S{1,255})?$/, "is a room id such as !abc:example.org"),
  accessToken: z
    .string()
    .regex(/^[\x21-\x7e]{8,1024}$/, "is an access token")
    .meta({ secret: true }),
  /** What a later change of the same event does to the room. */
  updates: z.enum(["reply", "edit", "new"]).default("reply"),
  templates: TemplatesSetting,
});
type Settings = z.output<typeof Settings>;

export type MatrixMessage = { body: string; formatted_body: string };

function written(doc: RichDocument): MatrixMessage {
  const fitting = cutDocument(doc, ROOM);
  return {
    body: documentText(fitting),
    formatted_body: encodeDocument(fitting, html).replaceAll("\n", "<br>"),
  };
}

/** A notice, so that other bots do not answer; it mentions nobody, whatever its words are. */
const contentOf = (message: MatrixMessage): object => ({
  msgtype: "m.notice",
  format: "org.matrix.custom.html",
  ...message,
  "m.mentions": {},
});

/** Relates to the older message (Client-Server API, "Relationship types"). */
function relatedContent(
  message: MatrixMessage,
  updates: Settings["updates"],
  prior: string,
): object {
  const content = contentOf(message);
  if (updates === "edit")
    return {
      ...contentOf({ ...message, body: `* ${message.body}` }),
      "m.new_content": content,
      "m.relates_to": { rel_type: "m.replace", event_id: prior },
    };
  return { ...content, "m.relates_to": { "m.in_reply_to": { event_id: prior } } };
}

const Reply = z.looseObject({
  event_id: z.string().optional(),
  errcode: z.string().optional().catch(undefined),
  error: z.string().optional().catch(undefined),
  retry_after_ms: z.number().optional().catch(undefined),
});

const REJECTED = ["M_TOO_LARGE", "M_BAD_JSON", "M_NOT_JSON", "M_INVALID_PARAM", "M_UNKNOWN"];

function classify({ status, json }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  const reply = Reply.safeParse(json).data;
  if (status === 200 && reply?.event_id === undefined) return unacknowledgedSend;
  if (json === undefined) return pageVerdict(status);
  if (reply?.errcode === undefined) return undefined;
  const reason = `HTTP ${status}: ${reply.errcode} ${reply.error ?? ""}`.trim().slice(0, 500);
  if (reply.errcode === "M_LIMIT_EXCEEDED" || status === 429) {
    const delayMs = reply.retry_after_ms;
    return { kind: "throttled", reason, ...(delayMs !== undefined && { delayMs }) };
  }
  // Not in the room, or not allowed to speak there: a person has to invite the bot.
  if (status === 401 || status === 403) return { kind: "auth", reason };
  if (status === 404) return { kind: reply.errcode === "M_NOT_FOUND" ? "gone" : "retry", reason };
  const refused = status === 413 || (status === 400 && REJECTED.includes(reply.errcode));
  return refused ? { kind: "reject", reason } : undefined;
}

/** The room in which an event's id stands. */
const chatKey = ({ homeserver, roomId }: Settings): string =>
  sha256Hex(JSON.stringify([homeserver, roomId])).slice(0, 32);

async function send(
  message: MatrixMessage,
  settings: Settings,
  ports: SendPorts,
): Promise<SendResult> {
  const chat = chatKey(settings);
  const prior = ports.prior?.chat === chat ? ports.prior : null;
  const { updates } = settings;
  const related = prior !== null && updates !== "new" && !(updates === "edit" && prior.shared);
  const content = related ? relatedContent(message, updates, prior.id) : contentOf(message);
  const path = [
    ..."_matrix/client/v3/rooms".split("/"),
    ...[settings.roomId, "send", "m.room.message", ports.idemKey].map(encodeURIComponent),
  ].join("/");
  const answer = await callWithJson(
    {
      provider: "matrix",
      // The transaction id in the path lets the server answer a repeat with the first event.
      method: "PUT",
      url: `${settings.homeserver.replace(/\/+$/, "")}/${path}`,
      headers: {
        authorization: `Bearer ${settings.accessToken}`,
      },
      expect: "json",
      classify,
    },
    content,
    ports,
  );
  // An edit keeps the id of the message that it replaces: later edits must name the first one.
  const id = related && updates === "edit" ? prior.id : Reply.safeParse(answer.json).data?.event_id;
  return { ...sentFrom(answer, id ?? null), chat };
}

export const matrix = channel({
  kind: "matrix",
  title: "Matrix",
  docs: [
    "Make an account for the bot, invite it to the room and accept. Rooms with encryption are not",
    "for it: its messages would go in clear.",
    "homeserver: https://matrix.example.org. room_id: in the room's settings, Advanced.",
    "access_token: of the bot; a repeat within one token is answered with the first message.",
    "updates: what a later change of the same event does: reply, edit, new.",
  ].join("\n"),
  settings: Settings,
  policy: "chat",
  sendMs: TIMEOUT_MS,
  digests: ROOM,
  threads: true,
  missing: () => null,
  refuse: ({ homeserver }, env) => egressProblem("homeserver", homeserver, env),
  example: {
    homeserver: "https://matrix.org",
    roomId: "!room:matrix.org",
    accessToken: "syt_00000000",
  },
  // Synapse allows about one message in 5 s, after 10 at once, where nobody changed that.
  limits: () => [{ key: "room", count: 1, perMs: 2_000, burst: 5 }],
  render: (notifications, { templates }, env) =>
    written(composeAll(notifications, templates, env.PUBLIC_URL)),
  renderNotice: (notice) => written(composeNotice(notice)),
  send,
});
