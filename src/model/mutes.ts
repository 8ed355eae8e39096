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

/** The mute that keeps the channel from this notification at `now`; null when none does. */
export function muteFor(
  { mutes = [] }: Pick<ChannelFilter, "mutes">,
  notification: SignalNotification,
  now: number,
): TokenMute | null {
  if (mutes.length === 0) return null;
  const { symbol, tokenCa } = notification;
  const names = [mutableToken(notification), symbol && `$${symbol.toUpperCase()}`, tokenCa];
  // The latest word counts: an unmute is a mute that ends at once.
  const last = mutes.findLast(({ token }) => names.includes(token));
  return last !== undefined && Date.parse(last.until) > now ? last : null;
}
