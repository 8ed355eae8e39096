import { fromBase64Url, toBase64Url } from "../kit/base64.ts";
import { hexBytes, hexOf } from "../kit/hash.ts";

/** What a button under a message asks for. */
export const BUTTONS = {
  explain: { label: "Explain", ms: null },
  mute1h: { label: "Mute 1 h", ms: 3_600_000 },
  mute1d: { label: "Mute 1 d", ms: 86_400_000 },
} as const;
export type ButtonAction = keyof typeof BUTTONS;

const isAction = (name: string): name is ButtonAction => Object.hasOwn(BUTTONS, name);

/** Telegram takes 64 bytes: the idempotency key of the message, which names its row, in base64. */
const dataOf = (action: ButtonAction, idemKey: string): string =>
  `${action}:${toBase64Url(hexBytes(idemKey))}`;

/** Null for data that no button of ours has. */
export function readButton(data: string): { action: ButtonAction; idemKey: string } | null {
  const [, action = "", key = ""] = /^(\w+):([A-Za-z0-9_-]{43})$/.exec(data) ?? [];
  return isAction(action) ? { action, idemKey: hexOf(fromBase64Url(key)) } : null;
}

type Button = { text: string; url: string } | { text: string; callback_data: string };
export type Keyboard = { inline_keyboard: Button[][] };

/**
 * The buttons of a message about one signal. `open`: the address of its page, which Telegram takes
 * over https alone. `idemKey`: left out where no answers are taken.
 */
export function keyboardOf(
  open: string | null,
  idemKey: string | null,
  actions: readonly ButtonAction[] = ["explain", "mute1h", "mute1d"],
): Keyboard | undefined {
  const asking = idemKey !== null && /^[0-9a-f]{64}$/.test(idemKey) ? actions : [];
  const row: Button[] = [
    ...asking.map((action) => ({
      text: BUTTONS[action].label,
      callback_data: dataOf(action, idemKey ?? ""),
    })),
    ...(open === null ? [] : [{ text: "Open", url: open }]),
  ];
  return row.length === 0 ? undefined : { inline_keyboard: [row] };
}
