import type { FetchLike } from "../../src/http/request.ts";

/** The part of the AI binding that is used. */
export type AiBinding = { run(model: string, input: unknown): Promise<unknown> };

/** What the codes of Workers AI are as statuses, as its HTTP interface answers them. */
const STATUS: Record<number, number> = {
  ...{ 3006: 413, 3007: 408, 3008: 408, 3036: 429, 3040: 429, 3042: 404 },
  ...{ 3023: 403, 3041: 403, 5016: 403, 5018: 403, 5007: 400, 5004: 400, 3003: 400 },
};

/**
 * The AI binding as fetch: POST .../run/{model} with the input as JSON. So a call of a model keeps
 * the deadline, the size cap, the breaker and the budget that every outside call has. What the
 * binding throws becomes the answer that the HTTP interface gives.
 */
export const bindingFetch =
  (ai: AiBinding | undefined): FetchLike =>
  async (url, { body, signal }) => {
    const [, model = ""] = url.split("/run/");
    if (ai === undefined) return failure(3003, "the Worker has no AI binding", 403);
    const cut = Promise.withResolvers<never>();
    signal?.addEventListener("abort", () => cut.reject(signal.reason), { once: true });
    try {
      const result = await Promise.race([ai.run(model, JSON.parse(String(body))), cut.promise]);
      return Response.json({ success: true, result });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      const message = error instanceof Error ? error.message : String(error);
      const code = Number(/\b([35]\d{3})\b/.exec(message)?.[1] ?? 0);
      return failure(code, message.slice(0, 200), STATUS[code] ?? 500);
    }
  };

const failure = (code: number, message: string, status: number): Response =>
  Response.json({ success: false, result: null, errors: [{ code, message }] }, { status });
