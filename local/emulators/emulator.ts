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

/** How `npm start` and the tests lead the product to an emulator; `base` is where all are. */
export type EmulatorSettings = {
  name: string;
  /** Addresses, stand-in keys, and what its plug-in needs to have something to show. */
  settings(base: string): Record<string, string>;
  /**
   * A user who sets one of these means the real service or one of their own. Then none of
   * `settings` holds: a real key is never sent to an emulator, nor a stand-in key to a service.
   */
  owned: readonly string[];
  /** The source to which it shows made-up posts. */
  source?: string;
};

/** For services whose address belongs to a channel and not to a setting. */
export const NO_SETTINGS: Pick<EmulatorSettings, "settings" | "owned"> = {
  settings: () => ({}),
  owned: [],
};

/** One provider. Its answers depend on what is asked alone, so that a test can ask twice. */
export type Emulator = EmulatorSettings & {
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
