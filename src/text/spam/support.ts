import { found, wholeWord } from "./patterns.ts";

const SUPPORT = wholeWord(
  "official support|customer (?:care|service|support)|help ?desk|support (?:team|agent|desk)",
  "the admin|our agents?|technical team|live support",
);
/** A customer speaks of his own case. */
const COMPLAINT =
  /\bi (?:have|had|opened|contacted|called|was told)\b|\bmy (?:case|ticket|order)\b/;
const TROUBLE = wholeWord(
  "withdraw\\w*|wallets?|transactions?|stuck|failed|missing|pending|locked|issues?|problems?",
  "trouble|swap",
);
const PRIVATE_CHANNEL = wholeWord(
  "dm|pm|inbox|whats ?app|telegram|t\\.me|screen|send (?:it|the|again)|once more|privately",
  "direct message",
);

/** The words by which a text offers support in a private channel. */
export function supportOffered(text: string): string | undefined {
  const words = found(text, SUPPORT);
  if (words === undefined || COMPLAINT.test(text)) return undefined;
  return TROUBLE.test(text) && PRIVATE_CHANNEL.test(text) ? words : undefined;
}
