import type * as z from "zod";
import type { CallRecord, FetchLike } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { getPath } from "../kit/get-path.ts";
import type { Clock } from "../kit/time.ts";
import { jsonBytes } from "../kit/utf8.ts";
import type { OperatorNotice } from "../model/channel-config.ts";
import type { PriorMessage, SignalNotification } from "../model/delivery.ts";
import type { ChannelEnv } from "../settings/settings.ts";
import { fitDocument, type TextRoom } from "./_shared/rich-text.ts";
import { secretNames } from "./_shared/secret-names.ts";
import { maskSecrets, stringsIn } from "./_shared/target-words.ts";
import { composeDigest } from "./_shared/template.ts";

/** How often a target may be sent to: `count` every `perMs`, and up to `burst` at once. */
export type PaceLimit = {
  key: string;
  count: number;
  perMs: number;
  burst: number;
  /** Shared by all channels with this key (a bot's total), not for this channel alone. */
  shared?: boolean;
};

/** Which retry schedule a channel follows (src/outbox/backoff.ts). */
export type RetryPolicy = "chat" | "webhook" | "email" | "log" | "stream";

export type SendPorts = {
  fetch: FetchLike;
  now: Clock;
  env: ChannelEnv;
  /** The same for every attempt at this delivery; sent wherever the channel has a field for it. */
  idemKey: string;
  /**
   * The last message about the same event; null when there is none. Its id means something in its
   * own chat only, and a shared message must not be edited.
   */
  prior: PriorMessage | null;
  telemetry?: (record: CallRecord) => void;
  /** The traceparent of this attempt, for the receiver. */
  trace?: string;
  /** Where the log channel writes. */
  log: (record: { eventKey: string; text: string }) => void;
};

export type SendResult = {
  verdict: Verdict;
  /** The channel's own id of the message, for later edits. */
  externalId: string | null;
  /** The chat in which that id stands. */
  chat?: string;
  /** The answer was lost and the request may have arrived: a repeat may be shown twice. */
  ambiguous: boolean;
  httpStatus: number | null;
  ms: number;
  /**
   * What the target said, where the verdict's reason does not say it: at most 500 characters. For
   * attempts and dead letters alone, which only operators read.
   */
  words?: string | null;
  /** The target has taken all that it takes for now: nothing is to be sent for so many ms. */
  restMs?: number;
  /** Settings to use from now on, as the channel reported (Telegram: the chat's new id). */
  moved?: Record<string, unknown>;
};

/**
 * A kind of channel. One file holds its name, settings, limits, layout and behaviour;
 * src/channels/registry.ts lists it.
 *
 * `send` is called once per attempt, by one caller per delivery at a time, and must not throw. Its
 * verdict decides what happens next. ok, empty: the delivery is done · retry, throttled, quota:
 * tried again later by the policy · auth: the channel is paused and the delivery waits · gone: the
 * channel is disabled and the delivery becomes a dead letter · reject: dead letter.
 */
export type Channel<Schema extends z.ZodObject, Message> = {
  kind: string;
  title: string;
  /** For the person who sets it up: what to create, and what each setting means. */
  docs: string;
  /** Secrets end with `.meta({ secret: true })`: they are written, and redacted when read. */
  settings: Schema;
  policy: RetryPolicy;
  /**
   * The longest time (ms) of a send with all its calls. The lease on the delivery lasts longer, and
   * the rows of a dead worker wait that long.
   */
  sendMs: number;
  /**
   * The size limit of a digest, so that nothing of it is cut off. Null refuses digests: a machine
   * wants each signal by itself.
   */
  digests: TextRoom | null;
  /**
   * A stream gets every revision of an event (SignalNotification.stream), and up to so many rows
   * and bytes in one message.
   */
  stream?: { rows: number; bytes: number };
  /**
   * Whether `send` uses the last message about the same event (SendPorts.prior), which costs a
   * query.
   */
  threads: boolean;
  /** Why this deployment cannot use the channel (a missing token); null when it can. */
  missing(env: ChannelEnv): string | null;
  /** A problem of settings that fit the schema, e.g. a URL into the private network. */
  refuse(settings: z.output<Schema>, env: ChannelEnv): { path: string; message: string } | null;
  /** Settings to generate at creation when the user gives none (a signing secret). */
  generateSettings?(
    given: Record<string, unknown>,
    randomBytes: (count: number) => Uint8Array,
  ): Record<string, unknown>;
  /** A new secret beside the newest old one; `generated` is shown once. */
  rotate?(
    settings: Record<string, unknown>,
    randomBytes: (count: number) => Uint8Array,
  ): { settings: Record<string, unknown>; generated: Record<string, unknown> };
  /** Valid settings, for previews without any. */
  example: Record<string, unknown>;
  limits(settings: z.output<Schema>): PaceLimit[];
  /** One notification, or a digest of several, as the channel will show it. Pure. */
  render(
    notifications: readonly SignalNotification[],
    settings: z.output<Schema>,
    env: ChannelEnv,
  ): Message;
  /**
   * The news that another channel was switched off, or of alerts on the pipeline, in the channel's
   * own form. Pure. Left out where nobody reads.
   */
  renderNotice?(notice: OperatorNotice, settings: z.output<Schema>): Message;
  send(message: Message, settings: z.output<Schema>, ports: SendPorts): Promise<SendResult>;
};

export type SettingProblem = { path: string; message: string };

/** A channel with its parsed settings, the same type for every kind. */
export type OpenChannel = {
  settings: Record<string, unknown>;
  limits: PaceLimit[];
  /** How many notifications, from the first, one message shows whole; at least one. */
  fit(notifications: readonly SignalNotification[]): number;
  render(notifications: readonly SignalNotification[]): unknown;
  send(notifications: readonly SignalNotification[], ports: SendPorts): Promise<SendResult>;
  /** Null where nobody would read it. */
  sendNotice: ((notice: OperatorNotice, ports: SendPorts) => Promise<SendResult>) | null;
};
export type ChannelOpening =
  | { kind: "open"; channel: OpenChannel }
  | { kind: "invalid"; problems: SettingProblem[] };

type Described =
  | "kind"
  | "title"
  | "docs"
  | "policy"
  | "sendMs"
  | "digests"
  | "stream"
  | "threads"
  | "missing"
  | "generateSettings"
  | "rotate"
  | "example";
export type AnyChannel = Pick<Channel<z.ZodObject, unknown>, Described | "settings"> & {
  /** Parses the settings as stored or given; never throws. */
  open(settings: unknown, env: ChannelEnv): ChannelOpening;
};

function problemOf(issue: z.core.$ZodIssue, given: unknown): SettingProblem {
  const path = issue.path.join(".");
  return { path, message: getPath(given, path) === undefined ? "is required" : issue.message };
}

function streamable(
  notifications: readonly SignalNotification[],
  { rows, bytes }: NonNullable<AnyChannel["stream"]>,
): number {
  let left = bytes;
  const count = notifications.slice(0, rows).findIndex((each) => {
    left -= jsonBytes(each);
    return left < 0;
  });
  return count < 0 ? Math.min(rows, notifications.length) : Math.max(1, count);
}

function digestable(
  notifications: readonly SignalNotification[],
  { digests: room, stream }: Pick<AnyChannel, "digests" | "stream">,
  publicUrl: string,
): number {
  if (stream) return streamable(notifications, stream);
  if (room === null) return 1;
  const fitting = (count: number): boolean =>
    fitDocument(composeDigest(notifications.slice(0, count), publicUrl), room);
  let count = notifications.length;
  while (count > 1 && !fitting(count)) count--;
  return count;
}

/** The values that no answer, log or page may show: secrets of the channel and of the deployment. */
const secretsOf = (
  kind: Pick<AnyChannel, "settings">,
  settings: Record<string, unknown>,
  env: ChannelEnv,
): string[] => [
  ...secretNames(kind).flatMap((name) => stringsIn(settings[name])),
  ...[env.TELEGRAM_BOT_TOKEN, env.RESEND_API_KEY, env.POSTMARK_TOKEN].filter(Boolean),
];

function masked(sent: SendResult, secrets: readonly string[]): SendResult {
  const { verdict, words } = sent;
  return {
    ...sent,
    verdict: { ...verdict, reason: maskSecrets(verdict.reason, secrets) },
    ...(words && { words: maskSecrets(words, secrets) }),
  };
}

function noticeSender<Schema extends z.ZodObject, Message>(
  own: Channel<Schema, Message>,
  settings: z.output<Schema>,
  secrets: () => string[],
): OpenChannel["sendNotice"] {
  const { renderNotice } = own;
  if (renderNotice === undefined) return null;
  return async (notice, ports) =>
    masked(await own.send(renderNotice(notice, settings), settings, ports), secrets());
}

/** Hides the kind's own types behind one shape, so that the registry is a plain list. */
export function channel<Schema extends z.ZodObject, Message>(
  own: Channel<Schema, Message>,
): AnyChannel {
  return {
    ...own,
    open(given, env) {
      const parsed = own.settings.safeParse(given);
      if (!parsed.success)
        return {
          kind: "invalid",
          problems: parsed.error.issues.map((issue) => problemOf(issue, given)),
        };
      const settings = parsed.data;
      const refused = own.refuse(settings, env);
      if (refused) return { kind: "invalid", problems: [refused] };
      return {
        kind: "open",
        channel: {
          settings,
          limits: own.limits(settings),
          fit: (notifications) => digestable(notifications, own, env.PUBLIC_URL),
          render: (notifications) => own.render(notifications, settings, env),
          sendNotice: noticeSender(own, settings, () => secretsOf(own, settings, env)),
          async send(notifications, ports) {
            const sent = await own.send(own.render(notifications, settings, env), settings, ports);
            return masked(sent, secretsOf(own, settings, env));
          },
        },
      };
    },
  };
}
