import * as z from "zod";
import { decodedBody } from "../http/body-encoding.ts";
import type { GuardedPorts } from "../http/provider-call.ts";
import type { Verdict } from "../http/verdict.ts";
import type { RawPost } from "../model/raw-post.ts";
import type { LeftOut } from "../model/source-status.ts";
import { filledIn, type RawVariables, wordList } from "../settings/define.ts";
import { readPluginSettings, type SwitchedOff } from "../settings/plugin.ts";
import { jsonOf } from "./_shared/json.ts";

/**
 * Where to read from: after `cursor`, which only the source understands. `since` marks a backfill:
 * it has its own cursor, which begins as null, and then reads from that time on.
 */
export type CursorPosition = { cursor: string | null; since: string | null };

/** The result of one poll. The caller stores the cursor once the posts are accepted. */
export type PollResult = {
  /** The worst verdict of the poll; posts that were read before it are included. */
  verdict: Verdict;
  posts: RawPost[];
  /** Items that could not be read as a post. */
  rejected: number;
  /** The rejected and the skipped items by reason; what it does not name is `unreadable`. */
  leftOut?: LeftOut;
  /** How far these posts reach; the old cursor when nothing was read. */
  cursor: string | null;
  /** There is more to read at once, and a backfill goes on. */
  more?: boolean;
  /** The service still works on the answer: the next poll continues from the cursor. */
  pending?: boolean;
};

/**
 * A request to POST /ingest/{source}. Header names in lower case; `text` is `bytes` as UTF-8,
 * without a mark of byte order.
 */
export type PushRequest = {
  headers: ReadonlyMap<string, string>;
  bytes: Uint8Array<ArrayBuffer>;
  text: string;
  now: number;
};
export type ReceiveResult =
  | {
      kind: "posts";
      posts: RawPost[];
      rejected: { index: number; errors: { path: string; message: string }[] }[];
    }
  /** `errors`: what is wrong with the one post that was sent. */
  | {
      kind: "refused";
      status: 400 | 401 | 413 | 415 | 422;
      detail: string;
      errors?: { path: string; message: string }[];
    };

/** An answer of the service, or a request to a push source, that was saved to a file. */
export type SavedAnswer = { bytes: Uint8Array; contentType: string | null; now: number };
/** The same, decoded as the source's own answers are. `json`: undefined when it is no JSON. */
export type DecodedAnswer = Omit<SavedAnswer, "bytes"> & { text: string; json: unknown };
/** The posts that a source makes of an answer, and the items that became none by reason. */
export type AnswerReading =
  | { kind: "read"; posts: RawPost[]; leftOut: LeftOut }
  /** The whole is no answer of this service. */
  | { kind: "unreadable"; why: string };

/** How a stream source is read: the connection itself belongs to the platform. */
export type StreamPlan = {
  /** The address that continues after a cursor; null: from now on. */
  url(cursor: string | null): string;
  /** A cheap first check of a text, before a post costs a queue operation. */
  interest(text: string): boolean;
};

type Spec<S extends z.ZodType> = {
  name: string;
  title: string;
  /** poll: asked on a schedule · push: POST /ingest/{name} · stream: a connection held open. */
  kind: "poll" | "push" | "stream";
  docs: string;
  settings: S;
  /** Names under which its calls are paced and counted; by default its own name. */
  providers?(settings: z.output<S>): string[];
  /** The `source` of its posts; by default its own name. */
  postsAs?(settings: z.output<S>): string[];
  /** Minutes between polls. */
  everyMinutes?(settings: z.output<S>): number;
  poll?(settings: z.output<S>, place: CursorPosition, ports: GuardedPorts): Promise<PollResult>;
  receive?(settings: z.output<S>, request: PushRequest): Promise<ReceiveResult>;
  /** Of a stream: where to connect, and which posts are wanted. */
  stream?(settings: z.output<S>): StreamPlan;
  /** A push with a signature of its own needs no API key. */
  signed?: boolean;
  /** Reads a saved answer, with nothing asked and nothing stored. */
  readAnswer?(settings: z.output<S>, answer: DecodedAnswer): AnswerReading | Promise<AnswerReading>;
  /** Stand in for required settings where a saved answer is read, for which no key is needed. */
  standIns?: RawVariables;
};

export type SwitchedOn = {
  kind: "on";
  everyMinutes: number;
  providers: string[];
  /** The `source` of its posts. */
  postsAs: string[];
  poll?(place: CursorPosition, ports: GuardedPorts): Promise<PollResult>;
  receive?(request: PushRequest): Promise<ReceiveResult>;
  stream?: StreamPlan;
};
export type SourceSwitch = SwitchedOn | SwitchedOff;

/** One source of posts, in one file: its name, settings, behaviour and docs. */
export type Source = Pick<Spec<z.ZodType>, "name" | "title" | "kind" | "docs"> & {
  signed: boolean;
  settings: z.ZodObject;
  settingNames: string[];
  /**
   * Reads its settings; without what it needs it is off, and says so. SOURCES_OFF names those to
   * leave off. Called by src/settings/parse.ts alone.
   */
  configure(variables: RawVariables): SourceSwitch;
  /** The posts of a saved answer. Needs no key; other settings count. Stores nothing. */
  readAnswer(variables: RawVariables, answer: SavedAnswer): Promise<AnswerReading>;
};

const LeftOff = z.object({ SOURCES_OFF: wordList });

/** A setting without which a source is off. */
export const requiredText = z.string({ error: "is not set" }).min(1);

export function source<Shape extends z.ZodRawShape>(spec: Spec<z.ZodObject<Shape>>): Source {
  const { name, title, kind, docs, poll, receive, stream } = spec;
  return {
    name,
    title,
    kind,
    docs,
    signed: spec.signed ?? false,
    settings: spec.settings,
    settingNames: Object.keys(spec.settings.shape),
    configure(variables) {
      if (LeftOff.safeParse(filledIn(variables)).data?.SOURCES_OFF.includes(name))
        return { kind: "off", why: "named in SOURCES_OFF" };
      const read = readPluginSettings(spec.settings, variables);
      if (read.kind === "off") return read;
      const { settings } = read;
      return {
        kind: "on",
        everyMinutes: spec.everyMinutes?.(settings) ?? 1,
        postsAs: spec.postsAs?.(settings) ?? [name],
        providers: spec.providers?.(settings) ?? (kind === "poll" ? [name] : []),
        ...(poll !== undefined && { poll: (place, ports) => poll(settings, place, ports) }),
        ...(receive !== undefined && { receive: (request) => receive(settings, request) }),
        ...(stream !== undefined && { stream: stream(settings) }),
      };
    },
    async readAnswer(variables, { bytes, contentType, now }) {
      const given = { ...spec.standIns, ...filledIn(variables) };
      const read = readPluginSettings(spec.settings, given);
      if (read.kind === "off") return { kind: "unreadable", why: read.why };
      if (spec.readAnswer === undefined)
        return { kind: "unreadable", why: `${name} reads no saved answers` };
      const text = decodedBody(bytes, contentType);
      return spec.readAnswer(read.settings, { text, json: jsonOf(text), contentType, now });
    },
  };
}
