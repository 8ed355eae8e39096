import type { Answers, Arguments, Items } from "./operations.js";

export type ClientSettings = {
  /** Of the server, such as https://events.example.org. */
  url: string;
  /** An API key; without one only what is public answers. */
  key?: string | undefined;
  fetch?: typeof fetch;
};

export type CallOptions = {
  signal?: AbortSignal;
  /** Sent again with the same key, a change is made once and answered alike for a day. */
  idempotencyKey?: string;
};

/** Thrown for every answer that is no success. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: { path: string; message: string; line?: number; column?: number }[];
  readonly retryAfterSeconds: number | null;
}

export type StreamMessage = {
  /** Where `after` resumes. */
  id: number | null;
  /** `reset`: more was missed than the server keeps; read the signals again. */
  event: "signal" | "posts" | "delivery" | "reset";
  // biome-ignore lint/suspicious/noExplicitAny: each kind of message has fields of its own
  data: any;
};

export type StreamFilter = {
  min_score?: number;
  chain?: string;
  symbol?: string;
  after?: number | null;
};

/** Where every argument may be left out, so may all of them. */
type Given<T> =
  Record<string, never> extends T
    ? [args?: T, options?: CallOptions]
    : [args: T, options?: CallOptions];

type Calls = {
  [Name in keyof Arguments]: (...given: Given<Arguments[Name]>) => Promise<Answers[Name]>;
};

/** One method for each operation of /openapi.json, by its operationId. */
export type Client = Calls & {
  /** Every item of a list, page after page. */
  each<Name extends keyof Items>(
    name: Name,
    ...given: Given<Omit<Arguments[Name], "cursor">>
  ): AsyncGenerator<Items[Name], void, undefined>;
  /**
   * The live stream. After a lost connection it continues where it stopped, until `signal` aborts
   * it or the loop is left.
   */
  stream(
    filter?: StreamFilter,
    options?: Pick<CallOptions, "signal">,
  ): AsyncGenerator<StreamMessage, void, undefined>;
};

export function createClient(settings: ClientSettings): Client;
