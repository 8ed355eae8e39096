import type { ChannelFilter, TokenMute } from "./channel-config.ts";
import type { SignalNotification } from "./delivery.ts";
import { canonicalAddress } from "./mention.ts";

const WINDOW = /:\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?Z$/;

/** The token that a notification is about: its subject without the window. */
export const mutableToken = ({
  subject,
  eventKey,
}: Pick<SignalNotification, "subject" | "eventKey">): string =>
  (subject ?? eventKey).replace(WINDOW, "");

/** What a person writes of a token: `$PEPE`, `pepe` or an address, as wallets show it. */
export const writtenToken = (text: string): string =>
  /^\$?[\p{L}\p{N}_.-]{1,20}$/u.test(text)
    ? `$${text.replace(/^\$/, "").toUpperCase()}`
    : canonicalAddress(text);

/** The address in a token such as `evm:0x1`. */
const addressIn = (token: string): string => token.slice(token.indexOf(":") + 1);

/** `unknown:PEPE` stands for whatever has that symbol. */
const symbolIn = (token: string): string | null =>
  token.startsWith("unknown:") ? `$${addressIn(token)}` : null;

/** Every name that a person may have for the token: its contract, its pool, its symbol. */
function namesOf(notification: SignalNotification): string[] {
  const { symbol, tokenCa, eventKey } = notification;
  const tokens = [mutableToken(notification), eventKey.replace(WINDOW, "")];
  const spoken = symbol === null ? [] : [`$${symbol.toUpperCase()}`];
  return [...tokens, ...tokens.map(addressIn), ...spoken, ...(tokenCa === null ? [] : [tokenCa])];
}

/** Whether a mute of one name of a token mutes this notification of it. */
function concerns(mute: TokenMute, notification: SignalNotification): boolean {
  const names = namesOf(notification);
  if (names.includes(mute.token) || names.includes(symbolIn(mute.token) ?? mute.token)) return true;
  // Posts that name the symbol alone: nothing tells this token from another of that symbol.
  const isSymbolAlone = symbolIn(mutableToken(notification)) !== null;
  return isSymbolAlone && mute.symbol !== undefined && names.includes(`$${mute.symbol}`);
}

/** The mute that keeps the channel from this notification at `now`; null when none does. */
export function muteFor(
  { mutes = [] }: Pick<ChannelFilter, "mutes">,
  notification: SignalNotification,
  now: number,
): TokenMute | null {
  // The latest word counts: an unmute is a mute that ends at once.
  const last = mutes.findLast((mute) => concerns(mute, notification));
  return last !== undefined && Date.parse(last.until) > now ? last : null;
}

/** The latest mute of each token, without those that are over. */
export function mutesInForce(mutes: readonly TokenMute[], now: number): TokenMute[] {
  const namesIn = ({ token, symbol }: TokenMute) => [
    token,
    addressIn(token),
    symbolIn(token) ?? (symbol === undefined ? null : `$${symbol}`),
  ];
  return mutes.filter(
    (mute, place) =>
      Date.parse(mute.until) > now &&
      !mutes.some((later, n) => n > place && namesIn(mute).includes(later.token)),
  );
}
