import type * as z from "zod";
import type { CallRecord, FetchLike } from "../http/request.ts";
import type { Verdict } from "../http/verdict.ts";
import { getPath } from "../kit/get-path.ts";
import type { Clock } from "../kit/time.ts";
import type { SignalNotification } from "../model/delivery.ts";
import { fitDocument, type TextRoom } from "./_shared/rich-text.ts";
import { composeDigest } from "./_shared/template.ts";
import type { ChannelEnv } from "./env.ts";

/**
 * How often a target may be written to: `count` every `perMs`, and up to `burst` at once after a
 * pause.
 */
export type PaceLimit = {
  key: string;
  count: number;
  perMs: number;
  burst: number;
  /** Held by all channels of the key together (a bot's total), not by this channel alone. */
  shared?: boolean;
};

/** Which retry schedule a channel follows (src/outbox/backoff.ts). */
export type RetryPolicy = "chat" | "webhook" | "email" | "log";

export type SendPorts = {
  fetch: FetchLike;
  now: Clock;
  env: ChannelEnv;
  /**
   * The same for every attempt at this delivery: passed on wherever the channel has a place for it.
   */
  idemKey: string;
  /** External id of the last message about the same event, when the channel gave one. */
  prior: string | null;
  telemetry?: (record: CallRecord) => void;
  /** Where the log channel writes. */
  log: (record: { eventKey: string; text: string }) => void;
};

export type SendResult = {
  verdict: Verdict;
  /** The channel's own id of the message, for later edits. */
  externalId: string | null;
  /** The answer was lost after the request may have arrived: a repeat may show twice. */
  ambiguous: boolean;
  httpStatus: number | null;
  ms: number;
  /** Settings that the channel told us to use from now on (Telegram: the chat's new id). */
  moved?: Record<string, unknown>;
};

/**
 * A way to tell someone. One file owns its name, settings, pace, look and manners;
 * src/channels/registry.ts lists it.
 *
 * `send` is called once per attempt, by one caller per delivery at a time, and must not throw: what
 * it answers decides what happens next. ok, empty: the delivery is done · retry, throttled, quota:
 * tried again later by the policy · auth: the channel is paused and the delivery waits · gone: the
 * channel is disabled and the delivery becomes a dead letter · reject: dead letter.
 */
export type Channel<Schema extends z.ZodObject, Message> = {
  kind: string;
  title: string;
  /** For the person who sets it up: what to create where, what each setting means. */
  docs: string;
  /**
   * Secrets carry `.meta({ secret: true })` as their last call: they are written and never read
   * back.
   */
  settings: Schema;
  policy: RetryPolicy;
  /**
   * The longest that a send may take, with all of its calls: the lease on the delivery outlasts it,
   * and a dead worker's rows wait that long.
   */
  sendMs: number;
  /**
   * How much a digest of several may hold, so that nothing of it is cut off. Null: machines want
   * each signal by itself, and a digest is refused.
   */
  digests: TextRoom | null;
  /**
   * Whether `send` makes use of the last message about the same event (SendPorts.prior); looking it
   * up costs a query.
   */
  threads: boolean;
  /** Why this deployment cannot use the channel (a missing token); null when it can. */
  missing(env: ChannelEnv): string | null;
  /** What is wrong with settings beyond their shape, e.g. a URL that leads inside. */
  refuse(settings: z.output<Schema>, env: ChannelEnv): { path: string; message: string } | null;
  /** Settings to make up at creation when the user gives none (a signing secret). */
  generateSettings?(
    given: Record<string, unknown>,
    randomBytes: (count: number) => Uint8Array,
  ): Record<string, unknown>;
  /** A new secret of ours beside the newest old one; `generated` is what to show once. */
  rotate?(
    settings: Record<string, unknown>,
    randomBytes: (count: number) => Uint8Array,
  ): { settings: Record<string, unknown>; generated: Record<string, unknown> };
  /** Settings that pass, for previews without any. */
  example: Record<string, unknown>;
  limits(settings: z.output<Schema>): PaceLimit[];
  /** One notification, or a digest of several, as the channel will show it. Pure. */
  render(
    notifications: readonly SignalNotification[],
    settings: z.output<Schema>,
    env: ChannelEnv,
  ): Message;
  send(message: Message, settings: z.output<Schema>, ports: SendPorts): Promise<SendResult>;
};

export type SettingProblem = { path: string; message: string };

/** A channel with its settings parsed and inside: what callers hold, whatever the kind. */
export type OpenChannel = {
  settings: Record<string, unknown>;
  limits: PaceLimit[];
  /** How many of them, from the first, one message shows whole; at least one. */
  fit(notifications: readonly SignalNotification[]): number;
  render(notifications: readonly SignalNotification[]): unknown;
  send(notifications: readonly SignalNotification[], ports: SendPorts): Promise<SendResult>;
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

function digestable(
  notifications: readonly SignalNotification[],
  room: TextRoom | null,
  publicUrl: string,
): number {
  if (room === null) return 1;
  const fitting = (count: number): boolean =>
    fitDocument(composeDigest(notifications.slice(0, count), publicUrl), room);
  let count = notifications.length;
  while (count > 1 && !fitting(count)) count--;
  return count;
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
          fit: (notifications) => digestable(notifications, own.digests, env.PUBLIC_URL),
          render: (notifications) => own.render(notifications, settings, env),
          send: (notifications, ports) =>
            own.send(own.render(notifications, settings, env), settings, ports),
        },
      };
    },
  };
}
