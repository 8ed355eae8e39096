import * as z from "zod";
import { adviceFor, Refusal } from "./refusal.ts";

const DEFAULT_BASE = "https://api.cloudflare.com/client/v4";
const TIMEOUT_MS = 30_000;
const PAGE = 100;
/** As many pages as an account may have queues or namespaces. */
const MAX_PAGES = 200;
const MAX_BYTES = 8_000_000;

const Answer = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).default([]),
  result: z.unknown(),
});

/** The API said no. `code` is Cloudflare's own. */
export class ApiRefusal extends Refusal {
  override name = "ApiRefusal";
  readonly code: number;
  constructor(code: number, message: string, account: string) {
    const advice = adviceFor(code, account);
    super(advice ? `${advice} (Cloudflare: ${message} [code: ${code}])` : `${message} [${code}]`);
    this.code = code;
  }
}

/** Cloudflare's API, for one account once `account` is known. */
export type CloudflareApi = {
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** All pages of a list. */
  list<T>(path: string): Promise<T[]>;
  /** Whether a call of the SQL API is answered, which says what it has without an envelope. */
  queries(path: string, sql: string): Promise<boolean>;
};

/** wrangler reads the same variable: an emulator of the account on this machine. */
export const apiBase = (env: NodeJS.ProcessEnv = process.env): string =>
  env.CLOUDFLARE_API_BASE_URL ?? DEFAULT_BASE;

/** Whether deployments go to an emulator on this machine. */
export function isEmulated(base: string = apiBase()): boolean {
  return ["127.0.0.1", "localhost"].includes(new URL(base).hostname);
}

export function cloudflareApi(options: {
  base: string;
  token: string;
  account: string;
}): CloudflareApi {
  const { base, token, account } = options;
  const send = (method: string, path: string, body: string | undefined, type: string) =>
    fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": type },
      ...(body === undefined ? {} : { body }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new Refusal(`no answer from ${new URL(base).host} (${cause}): is there a network?`);
    });
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await send(method, path, text, "application/json");
    const answer = Answer.safeParse(await readJson(response));
    if (!answer.success)
      throw new Refusal(`${method} ${path}: Cloudflare answered ${response.status} without JSON`);
    const [error] = answer.data.errors;
    if (!answer.data.success)
      throw new ApiRefusal(
        error?.code ?? response.status,
        error?.message ?? `${method} ${path} failed`,
        account,
      );
    return answer.data.result as T;
  }
  return {
    call,
    async list<T>(path: string) {
      const all: T[] = [];
      for (let page = 1; page <= MAX_PAGES; page++) {
        const found = await call<T[]>("GET", `${path}?page=${page}&per_page=${PAGE}`);
        all.push(...found);
        if (found.length < PAGE) break;
      }
      return all;
    },
    async queries(path, sql) {
      const response = await send("POST", path, sql, "text/plain");
      await response.body?.cancel();
      return response.ok;
    },
  };
}

async function readJson(response: Response): Promise<unknown> {
  if (Number(response.headers.get("content-length") ?? 0) > MAX_BYTES) return undefined;
  const text = await response.text();
  if (text.length > MAX_BYTES) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
