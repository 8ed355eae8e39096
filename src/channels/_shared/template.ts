import { DEXSCREENER_CHAINS } from "../../markets/dexscreener.ts";
import type { AlertEntry, AlertNotice } from "../../model/alert.ts";
import type { ChannelNotice, OperatorNotice } from "../../model/channel-config.ts";
import type { SignalNotification } from "../../model/delivery.ts";
import type { SignalState } from "../../model/scalars.ts";
import {
  documentText,
  isBlank,
  type RichDocument,
  type RichLine,
  type RichSpan,
} from "./rich-text.ts";

/*
 * The language of message templates, the same for every channel:
 *
 *   {name}            a value of the signal; never read as mark-up
 *   **bold** `code`   around text and values
 *   [label](url)      a link; left out when its url is empty
 *
 * A line whose values are all empty is left out. {reasons} and {missing} alone on a line become one
 * line each.
 */

const FACTS_LINE = "Risk {risk} · {evidence}{copies}{on_chain}";
const TAIL = [
  "{again}",
  "{reasons}",
  FACTS_LINE,
  "`{address}`",
  "Not known: {unknown}",
  "[Chart]({chart_url}) [Why]({explain_url})",
  "`{event_key} #{transition}`",
];

export const TEMPLATES: Record<SignalState, string> = {
  verified: ["✅ **{symbol}** verified · score {score} ({level})", "{summary}", ...TAIL].join("\n"),
  downgraded: [
    "⚠️ **{symbol}** downgraded, was {previous_state} · score {score} ({level})",
    "{summary}",
    ...TAIL,
  ].join("\n"),
  candidate: [
    "👀 **{symbol}** back to candidate, was {previous_state} · score {score} ({level})",
    "{summary}",
    ...TAIL,
  ].join("\n"),
};

function chartUrl({ chain, tokenCa }: SignalNotification): string {
  const slug = DEXSCREENER_CHAINS[chain];
  return slug && tokenCa ? `https://dexscreener.com/${slug}/${encodeURIComponent(tokenCa)}` : "";
}

export const explainUrl = (key: string, publicUrl: string): string =>
  publicUrl === ""
    ? ""
    : `${publicUrl.replace(/\/+$/, "")}/signals/${encodeURIComponent(key)}/explain`;

/** The page of a signal, for a link button: null unless it can be reached from outside. */
export const signalPage = (key: string, publicUrl: string): string | null =>
  publicUrl.startsWith("https://")
    ? `${publicUrl.replace(/\/+$/, "")}/#signal=${encodeURIComponent(key)}`
    : null;

/** Where the button of a message leads: the page of its signal, for a digest the live page. */
export function openUrl(
  notifications: readonly SignalNotification[],
  publicUrl: string,
): string | null {
  const [only] = notifications;
  const page = only === undefined ? null : signalPage(only.eventKey, publicUrl);
  return notifications.length === 1 || page === null ? page : page.split("#", 1)[0] || null;
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
const signed = (score: number): string => (score > 0 ? `+${score}` : `${score}`);
const shortAddress = (address: string): string =>
  address.length > 12 ? `${address.slice(0, 6)}…${address.slice(-4)}` : address;

type Value = string | string[];

/** What a template may name. */
const VALUES: Record<string, (n: SignalNotification, publicUrl: string) => Value> = {
  symbol: (n) => (n.symbol ? `$${n.symbol}` : shortAddress(n.tokenCa ?? n.eventKey)),
  state: (n) => n.state,
  previous_state: (n) => n.previousState ?? "new",
  score: (n) => `${n.score}`,
  level: (n) => n.level,
  risk: (n) => n.riskLevel,
  type: (n) => n.type.replaceAll("_", " "),
  chain: (n) => n.chain,
  address: (n) => n.tokenCa ?? "",
  summary: (n) => n.summary,
  reasons: (n) => n.reasons.map((reason) => `${signed(reason.score)} ${reason.text}`),
  missing: (n) => n.missing,
  unknown: (n) => n.missing.join(", "),
  degraded: (n) => (n.degraded ? "Some facts were out of reach." : ""),
  posts: (n) => `${n.evidenceCount}`,
  authors: (n) => `${n.uniqueAuthors}`,
  copies: (n) => (n.copies > 0 ? ` and ${counted(n.copies, "copy", "copies")}` : ""),
  evidence: (n) => `${counted(n.evidenceCount, "post")} by ${counted(n.uniqueAuthors, "author")}`,
  on_chain: (n) => (n.chain === "unknown" ? "" : ` · ${n.chain}`),
  event_key: (n) => n.eventKey,
  transition: (n) => `${n.transition}`,
  rules_version: (n) => n.rulesVersion.slice(0, 12),
  time: (n) => n.ts,
  again: (n) => (n.repeat ? `Still ${n.state}, as notified at ${n.repeat.since}` : ""),
  chart_url: chartUrl,
  explain_url: (n, publicUrl) => explainUrl(n.eventKey, publicUrl),
};

const PLACEHOLDER = /\{(\w+)\}/g;
const MARK =
  /\*\*(.+?)\*\*|`(.+?)`|\[([^\]]+)\]\(([^)]+)\)|((?:(?!\*\*|`|\[[^\]]+\]\([^)]+\)).)+|.)/gsu;

/** The names in `template` that are not values. */
export const unknownNames = (template: string): string[] =>
  [...template.matchAll(PLACEHOLDER)]
    .map(([, name]) => name ?? "")
    .filter((name) => !Object.hasOwn(VALUES, name));

type Fill = (text: string) => string;

function span(match: RegExpMatchArray, fill: Fill): RichSpan {
  const [, bold, code, label, url, text] = match;
  if (bold !== undefined) return { text: fill(bold), style: "bold" };
  if (code !== undefined) return { text: fill(code), style: "code" };
  if (label === undefined) return { text: fill(text ?? "") };
  const href = fill(url ?? "");
  return /^https?:\/\//.test(href) ? { text: fill(label), href } : { text: "" };
}

function lines(source: string, value: (name: string) => Value): RichDocument {
  const alone = /^\{(\w+)\}$/.exec(source.trim());
  const many = alone?.[1] === undefined ? null : value(alone[1]);
  if (Array.isArray(many)) return many.map((text) => [{ text: `• ${text}` }]);
  const names = [...source.matchAll(PLACEHOLDER)].map(([, name]) => name ?? "");
  if (names.length > 0 && names.every((name) => value(name).length === 0)) return [];
  const fill: Fill = (text) =>
    text.replace(PLACEHOLDER, (_, name: string) => [value(name)].flat().join(", "));
  const filled = [...source.matchAll(MARK)].map((match) => span(match, fill));
  // A link that is left out takes the space after it along.
  const spans = filled.filter(
    ({ text }, at) => text !== "" && !(isBlank(text) && filled[at - 1]?.text === ""),
  );
  if (spans.every(({ text }) => isBlank(text))) return [];
  const isFoot = names.includes("event_key") && names.includes("transition");
  return [isFoot ? spans.map((each) => ({ ...each, foot: true })) : spans];
}

/**
 * Values are kept on one line and in their reading direction: a post's line break must not forge a
 * line of ours, and its bidirectional mark must not reverse the rest of our line.
 */
const oneLine = (value: Value): Value => (Array.isArray(value) ? value.map(flat) : flat(value));
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const flat = (text: string): string =>
  text
    .toWellFormed()
    .replace(TURNS, "")
    .replace(/[\s\p{Cc}]+/gu, " ");

export type MessageTemplates = Partial<Record<SignalState, string>>;

/**
 * The message for one notification, by the channel's template for its state or the default. A
 * template that comes out blank gives way to the headline.
 */
export function composeMessage(
  notification: SignalNotification,
  templates: MessageTemplates,
  publicUrl: string,
): RichDocument {
  const { routing, state } = notification;
  const template = routing?.template ?? templates[state] ?? TEMPLATES[state];
  const value = (name: string): Value => oneLine(VALUES[name]?.(notification, publicUrl) ?? "");
  const doc = template.split("\n").flatMap((line) => lines(line, value));
  return isBlank(documentText(doc)) ? [[{ text: signalHeadline([notification]) }]] : doc;
}

const DIGEST_LINE = [
  "**{symbol}** {state} · score {score} · risk {risk}",
  "[Chart]({chart_url}) [Why]({explain_url}) `{event_key} #{transition}`",
].join(" · ");

/** One line for each signal, the highest score first, under a headline with their number. */
export function composeDigest(
  notifications: readonly SignalNotification[],
  publicUrl: string,
): RichDocument {
  const strongest = notifications.map(inDigest).sort((a, b) => b.score - a.score);
  const head: RichLine = [{ text: `${notifications.length} signals`, style: "bold" }];
  return [
    head,
    ...strongest.flatMap((notification) =>
      composeMessage(notification, allStates(DIGEST_LINE), publicUrl),
    ),
  ];
}

/** A route's template is for one message about one signal. */
function inDigest({ routing: _, ...notification }: SignalNotification): SignalNotification {
  return notification;
}

const allStates = (template: string): MessageTemplates => ({
  verified: template,
  downgraded: template,
  candidate: template,
});

export const composeAll = (
  notifications: readonly SignalNotification[],
  templates: MessageTemplates,
  publicUrl: string,
): RichDocument => {
  const [only] = notifications;
  return notifications.length === 1 && only
    ? composeMessage(only, templates, publicUrl)
    : composeDigest(notifications, publicUrl);
};

const NOTICE_HEADLINES = { paused: "was paused", disabled: "was switched off" };
const NOTICE_ADVICE = {
  paused: "Its deliveries wait until it is switched on again.",
  disabled: "What it would get becomes a dead letter, which can be replayed.",
};

/** One line of plain text for subjects. */
export const noticeHeadline = (notice: OperatorNotice): string =>
  notice.kind === "alert"
    ? alertsHeadline(notice)
    : flat(`Channel ${notice.channel} ${NOTICE_HEADLINES[notice.status]}`);

/** What follows the headline where there is one line for it. */
export const noticeReason = (notice: OperatorNotice): string =>
  notice.kind === "alert"
    ? flat(notice.alerts.map(({ description }) => description).join(" "))
    : notice.reason;

/** The news that a channel was switched off, or of alerts. */
export const composeNotice = (notice: OperatorNotice): RichDocument =>
  notice.kind === "alert" ? composeAlerts(notice) : composeSwitched(notice);

const composeSwitched = (notice: ChannelNotice): RichDocument => [
  [{ text: noticeHeadline(notice), style: "bold" }],
  [{ text: flat(notice.reason) }],
  [{ text: NOTICE_ADVICE[notice.status] }],
];

const ALERT_SIGNS = { critical: "🔴", warning: "🟠", info: "🔵" } as const;

const alertHeadline = ({ status, severity, summary }: AlertEntry): string =>
  flat(status === "resolved" ? `✅ Resolved: ${summary}` : `${ALERT_SIGNS[severity]} ${summary}`);

function alertsHeadline({ alerts, group }: AlertNotice): string {
  const [only] = alerts;
  if (only !== undefined && alerts.length === 1) return alertHeadline(only);
  const firing = alerts.filter(({ status }) => status === "firing").length;
  return flat(`${group}: ${firing} firing, ${alerts.length - firing} resolved`);
}

function composeAlerts(notice: AlertNotice): RichDocument {
  const { alerts } = notice;
  const head: RichDocument =
    alerts.length > 1 ? [[{ text: alertsHeadline(notice), style: "bold" }]] : [];
  return [...head, ...alerts.flatMap((entry) => composeAlert(entry, alerts.length === 1))];
}

function composeAlert(entry: AlertEntry, alone: boolean): RichDocument {
  const { description, labels, severity, alert, startsAt, endsAt, status } = entry;
  const about = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const span = endsAt === null ? `since ${startsAt}` : `${startsAt} to ${endsAt}`;
  return [
    [{ text: alertHeadline(entry), ...(alone && { style: "bold" as const }) }],
    ...(description === "" || status === "resolved" ? [] : [[{ text: flat(description) }]]),
    [{ text: flat([alert, severity, span, ...about].join(" · ")) }],
  ];
}

/** One line of plain text for fallbacks and subjects. */
export function signalHeadline(notifications: readonly SignalNotification[]): string {
  const [only] = notifications;
  if (notifications.length !== 1 || !only) return `${notifications.length} signals`;
  return [flat(`${VALUES.symbol?.(only, "")}`), only.state, `(score ${only.score})`].join(" ");
}
