import type { FetchLike } from "../../src/http/request.ts";
import { cross, type Ether, type Life, Refused } from "./life.ts";

/** What a target outside saw: its own record, that nothing of ours can change. */
export type ReceivedChange = {
  /** When the request left us: what a pace is measured by. */
  sentAt: number;
  target: string;
  /** A correction of an older message, not a message. */
  edit: boolean;
  eventKey: string;
  transition: number;
  /** Null where the channel has no place for one. */
  idemKey: string | null;
  /** The request that carried it: a digest carries several changes. */
  request: number;
  /** Whether the target took it. */
  taken: boolean;
  /** What it answered; 0 = nothing. */
  status: number;
  /** For how long it asked to be left alone. */
  askedMs: number;
};

export const TELEGRAM = "https://telegram.test";
export const HOOKS = "https://hooks.receiver.dev";
export const MAIL = "https://mail.test";

/** Telegram, mail and webhook receivers outside, with a ledger of all that reached them. */
export function targets(ether: Ether): {
  fetchFrom(who: Life): FetchLike;
  ledger: ReceivedChange[];
} {
  const { kernel, faults } = ether;
  const ledger: ReceivedChange[] = [];
  let requests = 0;
  const shown = new Set<string>();

  /**
   * The mailbox shows a key once, as its service does: what comes under it later, be it other news,
   * nobody sees.
   */
  function take(received: ReceivedChange[]): void {
    const key = received.find(({ target }) => target.startsWith("mail:"))?.idemKey;
    if (key && shown.has(key)) return;
    if (key) shown.add(key);
    for (const each of received) each.taken = true;
  }

  function answerTo(received: ReceivedChange[]): Response {
    const refusal = faults.hits("channel-4xx") ? kernel.dice.pick([400, 401, 410]) : undefined;
    const status = faults.hits("channel-429")
      ? 429
      : faults.hits("channel-5xx")
        ? 502
        : (refusal ?? 200);
    for (const each of received) each.status = status;
    if (status === 200) take(received);
    const target = received[0]?.target ?? "";
    const waits = kernel.dice.int(1, target.startsWith("telegram") ? 20 : 60);
    if (status === 429) for (const each of received) each.askedMs = waits * 1000;
    if (target.startsWith("telegram")) return telegramAnswer(status, ledger.length, waits);
    return target.startsWith("mail")
      ? mailAnswer(status, ledger.length, waits)
      : hookAnswer(status, waits);
  }

  async function receive(
    received: ReceivedChange[],
    signal: AbortSignal | null | undefined,
  ): Promise<Response> {
    ledger.push(...received);
    if (!faults.hits("accept-then-timeout")) return answerTo(received);
    take(received);
    return new Promise((_, reject) =>
      signal?.addEventListener("abort", () => reject(new Error("aborted"))),
    );
  }

  return {
    ledger,
    fetchFrom: (who) => async (url, init) => {
      const received = read(url, init, { sentAt: kernel.now(), request: ++requests });
      try {
        const answer = await cross(ether, who, `target.${received[0]?.target}`, () => {
          const pending = receive(received, init.signal);
          // Its sender may be dead by then, and nobody there to hear of it.
          pending.catch(() => undefined);
          return { pending };
        });
        return await answer.pending;
      } catch (error) {
        throw error instanceof Refused ? new TypeError("fetch failed") : error;
      }
    },
  };
}

/** Every message names its events and transitions, in the text or in the body. */
function read(
  url: string,
  init: RequestInit,
  sent: { sentAt: number; request: number },
): ReceivedChange[] {
  const body = JSON.parse(String(init.body)) as {
    text?: string;
    chat_id?: string;
    type?: string;
    to?: string[];
    data?: { event_key: string; transition: number };
  };
  const headers = new Headers(init.headers);
  const common = {
    ...sent,
    taken: false,
    status: 0,
    askedMs: 0,
    edit: url.endsWith("/editMessageText"),
  };
  const tell = (target: string, idemKey: string | null) =>
    [...(body.text ?? "").matchAll(/([^\s<>`]+:[^\s<>`]+Z) #(\d+)/g)].map(
      ([, eventKey = "", transition]) => {
        return { ...common, target, eventKey, transition: Number(transition), idemKey };
      },
    );
  if (url.startsWith(TELEGRAM)) return tell(`telegram:${body.chat_id}`, null);
  if (url.startsWith(MAIL)) return tell(`mail:${body.to?.join()}`, headers.get("idempotency-key"));
  // The news that a channel was switched off is about no event.
  if (body.type?.startsWith("channel.")) return [];
  const { event_key: eventKey = "", transition = 0 } = body.data ?? {};
  return [{ ...common, target: url, eventKey, transition, idemKey: headers.get("webhook-id") }];
}

function telegramAnswer(status: number, messageId: number, retryAfter: number): Response {
  const ok = status === 200;
  const code = status === 410 ? 403 : status;
  const parameters = status === 429 ? { parameters: { retry_after: retryAfter } } : {};
  const body = ok
    ? { ok, result: { message_id: messageId } }
    : {
        ok,
        error_code: code,
        description: code === 403 ? "Forbidden: bot was kicked" : "Bad Request: refused",
        ...parameters,
      };
  return new Response(JSON.stringify(body), {
    status: code,
    headers: { "content-type": "application/json" },
  });
}

const hookAnswer = (status: number, retryAfter: number): Response =>
  new Response("", { status, headers: status === 429 ? { "retry-after": `${retryAfter}` } : {} });

const mailAnswer = (status: number, id: number, retryAfter: number): Response =>
  Response.json(status === 200 ? { id: `mail-${id}` } : { name: "refused", message: "refused" }, {
    status,
    headers: status === 429 ? { "retry-after": `${retryAfter}` } : {},
  });
