import { jsonBytes } from "../../src/kit/utf8.ts";
import type { Envelope } from "../../src/model/envelope.ts";
import type { Mention } from "../../src/model/mention.ts";
import { postKey, type RawPost } from "../../src/model/raw-post.ts";
import type { QueueBatch } from "../../src/queues/batch.ts";
import { cross, type Ether, type Life, life } from "./life.ts";

/** A consumer's settings, as wrangler.toml has them. */
export type QueueSettings = {
  name: string;
  maxBatch: number;
  batchSeconds: number;
  maxRetries: number;
  /** How long a message waits after a failure that names no delay of its own. */
  retrySeconds: number;
};

type Consume = (batch: QueueBatch, who: Life) => Promise<void>;

type Held = { id: string; body: unknown; attempts: number };
type Verdict = { kind: "ack" } | { kind: "retry"; delaySeconds: number | undefined };

export type SimQueue = {
  send(who: Life): { sendBatch(messages: Iterable<{ body: Envelope }>): Promise<void> };
  /**
   * A message that came from somewhere else: no sender of ours, no limit, no fault on the way in.
   */
  put(body: unknown, delayMs: number): string;
  /** Messages waiting or being consumed. */
  depth(): number;
  /** How many posts were sent anew though no queue held a message of theirs any more. */
  lost(): number;
};

/** Messages that wait or are being consumed, by the post that they carry on. */
export type InFlight = Map<string, number>;

const MAX_BATCH = 100;
/** Of UTF-8, in a call and in a message. */
const MAX_BYTES = 256_000;
const MAX_MESSAGE = 128_000;
const CONSUMERS = 8;
const HELD_BACK_MS = 600_000;

/**
 * A queue as the platform promises it, and no better: at least once, in no order, with delays;
 * returning acks what is not marked, a consumer that dies leaves its batch to others, and what has
 * failed too often moves on to the dead letters.
 */
export function simQueue(
  settings: QueueSettings,
  consume: Consume,
  dead: () => SimQueue | undefined,
  inFlight: InFlight,
  ether: Ether,
): SimQueue {
  const { kernel, faults } = ether;
  const ready: Held[] = [];
  let depth = 0;
  let active = 0;
  let pumping = false;
  let last = 0;
  let lost = 0;

  function deliver(message: Held, delayMs: number): void {
    depth++;
    count(message.body, 1);
    kernel.at(kernel.now() + delayMs, () => {
      ready.push(message);
      wake();
    });
  }

  function count(body: unknown, by: 1 | -1): void {
    const key = postOf(body);
    if (key !== undefined) inFlight.set(key, (inFlight.get(key) ?? 0) + by);
  }

  /**
   * A batch is taken when it is full or has waited its time at most. What a batch left behind often
   * goes to another consumer at once.
   */
  function wake(left = false): void {
    if (pumping || active >= CONSUMERS || ready.length === 0) return;
    pumping = true;
    const soon = ready.length >= settings.maxBatch || kernel.dice.chance(left ? 0.7 : 0.1);
    const wait = soon ? 0 : kernel.dice.int(0, settings.batchSeconds * 1000 + 1);
    kernel.at(kernel.now() + wait, () => {
      pumping = false;
      invoke();
      wake(true);
    });
  }

  function take(): Held[] {
    const inOrder = !faults.on("queue-reorder");
    const most = Math.min(settings.maxBatch, ready.length);
    // Seldom all there is, so that several consumers work on what belongs together.
    return Array.from({ length: kernel.dice.int(1, most + 1) }, () => {
      const [message] = ready.splice(inOrder ? 0 : kernel.dice.int(0, ready.length), 1);
      if (!message) throw new RangeError("the queue ran dry");
      return { ...message, attempts: message.attempts + 1 };
    });
  }

  function invoke(): void {
    const messages = take();
    const who = life(settings.name, ether);
    const verdicts = new Map<Held, Verdict>();
    active++;
    const end = (verdictOf: (message: Held) => Verdict): void => {
      active--;
      for (const message of messages) settle(message, verdictOf(message));
      wake();
    };
    who.onDeath(() => end(() => ({ kind: "retry", delaySeconds: undefined })));
    const done = consume(batchOf(messages, verdicts), who);
    const over = (verdictOf: (message: Held) => Verdict): void => {
      if (!who.dead) end(verdictOf);
    };
    done.then(
      () => over((message) => verdicts.get(message) ?? { kind: "ack" }),
      () => over((message) => verdicts.get(message) ?? { kind: "retry", delaySeconds: undefined }),
    );
  }

  function batchOf(messages: Held[], verdicts: Map<Held, Verdict>): QueueBatch {
    // The first word counts, as on the platform.
    const mark = (message: Held, verdict: Verdict): void =>
      void (verdicts.has(message) || verdicts.set(message, verdict));
    const shown = messages.map((message) => ({
      id: message.id,
      body: bodyNow(message.body),
      attempts: message.attempts,
      ack: () => mark(message, { kind: "ack" }),
      retry: (options?: { delaySeconds?: number }) =>
        mark(message, { kind: "retry", delaySeconds: options?.delaySeconds }),
    }));
    return { queue: settings.name, messages: shown };
  }

  function settle(message: Held, verdict: Verdict): void {
    depth--;
    count(message.body, -1);
    const again = verdict.kind === "retry" || faults.hits("ack-lost");
    if (!again) return;
    if (message.attempts <= settings.maxRetries) {
      const seconds =
        (verdict.kind === "retry" ? verdict.delaySeconds : undefined) ?? settings.retrySeconds;
      deliver(message, seconds * 1000 + kernel.dice.int(1, 1000));
    } else {
      kernel.note(`${settings.name} exhausted ${message.id}`);
      dead()?.put(message.body, 0);
    }
  }

  /** A newer message is what it is only until the code that wrote it has come here too. */
  function bodyNow(body: unknown): unknown {
    return body instanceof Newer
      ? kernel.now() < faults.end
        ? { v: 999, sealed: "by newer code" }
        : body.body
      : body;
  }

  function put(body: unknown, delayMs: number): string {
    const id = `${settings.name}-${++last}`;
    deliver({ id, body, attempts: 0 }, delayMs);
    return id;
  }

  function enqueue(body: Envelope): void {
    if (body.kind === "post" && body.again && !inFlight.get(postKey(body.post))) lost++;
    if (faults.hits("queue-lost")) return;
    const held = faults.hits("queue-reorder") ? kernel.dice.int(0, HELD_BACK_MS) : 0;
    const written = faults.hits("old-version")
      ? older(body)
      : faults.hits("newer-version")
        ? new Newer(body)
        : body;
    const id = put(written, kernel.dice.int(1, 30) + held);
    if (faults.hits("queue-duplicate"))
      deliver({ id, body: written, attempts: 0 }, kernel.dice.int(1, HELD_BACK_MS));
  }

  return {
    put,
    depth: () => depth,
    lost: () => lost,
    send: (who) => ({
      sendBatch: (messages) =>
        cross(ether, who, `queue.${settings.name}`, () => {
          const bodies = [...messages].map(({ body }) => body);
          checkSize(bodies);
          for (const body of bodies) enqueue(body);
        }),
    }),
  };
}

/** The key of the post that a message carries on. */
function postOf(body: unknown): string | undefined {
  const message = (body instanceof Newer ? body.body : body) as {
    post?: RawPost;
    mention?: Mention;
  } | null;
  return message?.post ? postKey(message.post) : message?.mention?.evidenceId;
}

class Newer {
  readonly body: Envelope;
  constructor(body: Envelope) {
    this.body = body;
  }
}

/** As the first code wrote it: before there were trace ids and the mark of a repeat. */
function older(body: Envelope): unknown {
  if (body.kind !== "post" || body.again) return body;
  const { again: _, ...post } = body;
  return post;
}

/** Whether a message may be larger than most. */
const isLarge = (body: Envelope): boolean => body.kind === "post" && body.post.raw !== undefined;

function checkSize(bodies: Envelope[]): void {
  // A message is counted only where it may matter: counting each would take a tenth of the run.
  const sizes =
    bodies.length < MAX_BATCH / 4
      ? [...bodies.slice(0, 1), ...bodies.slice(1).filter(isLarge)]
      : bodies;
  const bytes = sizes.map(jsonBytes);
  const sum = bytes.reduce((total, each) => total + each, 0);
  if (bodies.length > MAX_BATCH || sum > MAX_BYTES || bytes.some((each) => each > MAX_MESSAGE))
    throw new Error(`send of ${bodies.length} messages, ${sum} bytes`);
}
