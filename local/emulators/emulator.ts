/** A call as an emulator sees it: the path is what follows the provider's own prefix. */
export type EmulatorCall = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  text: string;
  /** The body as JSON, or undefined when it is not JSON. */
  json: unknown;
  now: number;
  /** Where the emulator is reached, for links in its answers. */
  base: string;
};

export type EmulatorReply = {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
};

/**
 * What arrived at a channel's emulator: tests read it to prove that nothing was lost or sent twice.
 */
export type Receipt = {
  idempotencyKey: string | null;
  target: string;
  message: unknown;
};

/**
 * How this provider says that it is asked too often, that the account is used up, and that it has
 * nothing.
 */
export type Refusals = {
  throttled?: EmulatorReply;
  quota?: EmulatorReply;
  empty?: EmulatorReply;
};

/** One provider. Its answers depend on what is asked alone, so that a test can ask twice. */
export type Emulator = {
  name: string;
  refusals: Refusals;
  answer(call: EmulatorCall): EmulatorReply & { receipt?: Receipt };
};

export const json = (
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): EmulatorReply => ({ status, headers, body });

export const text = (body: string, type: string, status = 200): EmulatorReply => ({
  status,
  headers: { "content-type": type },
  body,
});

export const NOT_FOUND = json({ error: "not found" }, 404);

/** A JSON object's member as text, for bodies that come from the product under test. */
export function textField(value: unknown, name: string): string | undefined {
  const found =
    typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)[name]
      : undefined;
  return typeof found === "string" || typeof found === "number" ? String(found) : undefined;
}
