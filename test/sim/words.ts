/* What posts are made of. */

export const OPENINGS = [
  "quietly adding more",
  "the team behind",
  "big wallets keep buying",
  "my honest take on",
  "someone just bridged into",
  "the chart for",
  "volume is picking up on",
  "I sold half of my",
  "staking rewards for",
  "the new roadmap of",
  "liquidity providers love",
  "a friend asked me about",
  "the audit report on",
  "governance vote passed for",
  "fees dropped again on",
  "the developers of",
  "weekly review of",
  "market makers returned to",
  "I am still holding",
  "the community call about",
];
export const MIDDLES = [
  "looks stronger than last month",
  "made me rethink the whole position",
  "shipped exactly what was promised",
  "keeps surprising everyone here",
  "is worth watching before the weekend",
  "finally published real numbers",
  "lost momentum after the announcement",
  "has a very patient holder base",
  "fixed the bug that worried people",
  "moved markets while we slept",
  "got more attention than it deserves",
  "survived another rough session",
  "opened a grant program for builders",
  "changed the fee schedule without drama",
  "added three validators in one day",
  "answered hard questions in public",
  "still trades below the launch price",
  "burned part of the treasury supply",
  "hired two well known engineers",
  "grew its user count by a third",
];
export const ENDINGS = [
  "and I think patience pays here.",
  "but the risk is not gone.",
  "so I moved my stop higher.",
  "which nobody expected in March.",
  "and the volume confirms it.",
  "though the spread is still wide.",
  "and that matters for small holders.",
  "so read the documents first.",
  "before the next unlock arrives.",
  "while gas stayed cheap all day.",
  "and the forum is full of ideas.",
  "but I would wait for a retest.",
  "with a clear plan for winter.",
  "as the chart above shows.",
  "and my friends agree for once.",
  "even though the mood is sour.",
  "after months of silence.",
  "and the numbers speak for themselves.",
  "so I doubled my small bag.",
  "until regulators say something new.",
];
export const OTHER_SCRIPTS = [
  "最近の取引量を見ると安心できます。",
  "объём растёт третий день подряд.",
  "السعر يتحرك ببطء هذا الأسبوع.",
  "कीमत धीरे धीरे बढ़ रही है।",
];
/** As large as a post's own data may be, in few characters: calls are cut by their bytes. */
export const LARGE = { note: "漢".repeat(5_000) };
export const NOISE = ["", " 🚀", "!!", " pls RT", "  ", " 👀👀", " https://t.co/x1y2"];
export const SPAM =
  "FREE AIRDROP!!! claim your bonus now, send 0.1 ETH to double it 100% guaranteed, DM me, join " +
  "t.me/xx limited!!!";
/** Posts that link there are dropped, so that of two with the same words one may be kept. */
export const BLOCKED_DOMAIN = "blocked.example";
/** In place of it once the lists have changed. */
export const LATER_BLOCKED_DOMAIN = "ok.example";
