import type { CloudAccount } from "./account.ts";

export type CloudCall = {
  account: CloudAccount;
  /** The words of the path that stand for `:name` in the route. */
  params: Record<string, string>;
  query: URLSearchParams;
  body: Buffer;
  contentType: string;
  /** The time, in ISO 8601. */
  now: string;
  /** Where the emulator is reached. */
  base: string;
};

export type CloudReply = {
  status: number;
  result: unknown;
  errors?: { code: number; message: string }[];
  /** Sent as it is, in place of the envelope. */
  raw?: string;
  /** Pages of a list. */
  info?: Record<string, number>;
};

/** One call of the API: `path` has `:name` for each variable word. */
export type CloudRoute = {
  method: string;
  path: string;
  answer(call: CloudCall): CloudReply | Promise<CloudReply>;
};

export const done = (result: unknown = null, status = 200): CloudReply => ({ status, result });

export const refuse = (status: number, code: number, message: string): CloudReply => ({
  status,
  result: null,
  errors: [{ code, message }],
});

/** One page of a list, as `?page=&per_page=` ask for it. */
export function page(all: unknown[], query: URLSearchParams): CloudReply {
  const number = Number(query.get("page") ?? 1) || 1;
  const size = Number(query.get("per_page") ?? 100);
  const result = all.slice((number - 1) * size, number * size);
  const info = {
    page: number,
    per_page: size,
    count: result.length,
    total_count: all.length,
    total_pages: Math.max(1, Math.ceil(all.length / size)),
  };
  return { status: 200, result, info };
}

export function bodyOf({ body }: CloudCall): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
