import type { Fetch } from "../../src/kit/http.ts";
import { cross, type Ether, type Life, Refused } from "./life.ts";

/** What a target outside saw: its own record, that nothing of ours can change. */
export type Told = {
  /** When the request left us: what a pace is measured by. */
  sentAt: number;
  target: string;
  /** A correction of an older message, not a message. */
  edit: boolean;
  eventKey: string;
  transition: number;
  /** Null where the channel has no place for one. */
  idemKey: string | null;
  /** Whether the target took it. */
  taken: boolean;
  /** What it answered; 0 = nothing. */
  status: number;
};

export const TELEGRAM = "https://telegram.test";
export const HOOKS = "https://hooks.receiver.dev";

/** Telegram and webhook receivers outside, with a ledger of all that reached them. */
export function targets(ether: Ether): { fetchFrom(who: Life): Fetch; ledger: Told[] } {
  const { kernel, faults } = ether;
  const ledger: Told[] = [];

  function answerTo(told: Told): Response {
    const refusal = faults.hits("channel-4xx") ? kernel.dice.pick([400, 401, 410]) : undefined;
    const status = faults.hits("channel-429") ? 429 : faults.hits("channel-5xx") ? 502 : (refusal ?? 200);
    Object.assign(told, { status, taken: status === 200 });
    return told.target.startsWith("telegram")
      ? telegramAnswer(status, ledger.length, kernel.dice.int(1, 20))
      : hookAnswer(status, kernel.dice.int(1, 60));
  }

  async function receive(told: Told, signal: AbortSignal | null | undefined): Promise<Response> {
    ledger.push(told);
    if (!faults.hits("accept-then-timeout")) return answerTo(told);
    told.taken = true;
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
  }

  return {
    ledger,
    fetchFrom: (who) => async (url, init) => {
      const told = read(url, init, kernel.now());
      try {
        const answer = await cross(ether, who, `target.${told.target}`, () => {
          const pending = receive(told, init.signal);
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

/** Every message names its event and transition, in the text or in the body. */
function read(url: string, init: RequestInit, sentAt: number): Told {
  const body = JSON.parse(String(init.body)) as {
    text?: string;
    chat_id?: string;
    data?: { event_key: string; transition: number };
  };
  const common = { sentAt, taken: false, status: 0 };
  if (url.startsWith(TELEGRAM)) {
    const [, eventKey = "", transition = ""] = /([^\s<>`]+:[^\s<>`]+Z) #(\d+)/.exec(body.text ?? "") ?? [];
    const edit = url.endsWith("/editMessageText");
    return { ...common, target: `telegram:${body.chat_id}`, edit, eventKey, transition: Number(transition), idemKey: null };
  }
  const { event_key: eventKey = "", transition = 0 } = body.data ?? {};
  return { ...common, target: url, edit: false, eventKey, transition, idemKey: new Headers(init.headers).get("webhook-id") };
}

function telegramAnswer(status: number, messageId: number, retryAfter: number): Response {
  const ok = status === 200;
  const code = status === 410 ? 403 : status;
  const parameters = status === 429 ? { parameters: { retry_after: retryAfter } } : {};
  const body = ok
    ? { ok, result: { message_id: messageId } }
    : { ok, error_code: code, description: code === 403 ? "Forbidden: bot was kicked" : "Bad Request: refused", ...parameters };
  return new Response(JSON.stringify(body), { status: code, headers: { "content-type": "application/json" } });
}

const hookAnswer = (status: number, retryAfter: number): Response =>
  new Response("", { status, headers: status === 429 ? { "retry-after": `${retryAfter}` } : {} });
