/** Pieces that break careless patterns, and pieces that real posts are made of. */
export const PIECES: readonly string[] = [
  ...(
    "a A 1 @ # $ . / : - _ ( ) ! ? % & = + ' \" \\ \n \t \u200b \u202e \ud800 \udc00 " +
    "\u0301 \uFDFA ﬃ ſ K Ǆ 🚀 👨‍👩‍👧 é ß І 中 の 한 ع ש ก"
  ).split(" "),
  ...(
    "http:// https://t.co/abc https://a.com/(a(b https://a.co/? www. .com a.com/(( a.b- " +
    "a- a_ 1a 1. 1, 0x T bc1 EQ xn--"
  ).split(" "),
  "0x6982508145454ce325ddbe47a25d4ec3d2311933",
  "So11111111111111111111111111111111111111112",
  "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb",
  "UQAU3o5-Sp1MYRpw3U7b_wmARxqI49LxiFhEoVCxpUKjTYXk",
  `0:${"ab".repeat(32)}`,
  ...(
    "$DEMO $a1 $a,$b| #tag @someone RT@ a@b.c dexscreener.com/ uniswap.org/ &amp; " +
    "\\u0041 !! ?!"
  ).split(" "),
  ...(
    "rt @|not very good |n't |FREE airdrop |send to |wallet is |1,000.50%|usd 0.|whale |" +
    "bought |transferred 1,1 |binance |list |up 1| |$ab = |#a "
  ).split("|"),
];
const LONGEST = 10_000;
/** Real posts are short; one input in fifty is as long as a post may be. */
const USUAL = 400;
const LONG_EACH = 50;

export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One to five pieces, mixed at random to a random length. */
export function hostileText(random: () => number): string {
  const most = random() * LONG_EACH < 1 ? LONGEST : USUAL;
  const length = Math.floor(random() ** 2 * most);
  const pool = Array.from(
    { length: 1 + Math.floor(random() * 5) },
    () => PIECES[Math.floor(random() * PIECES.length)] ?? "",
  );
  let made = "";
  while (made.length < length) made += pool[Math.floor(random() * pool.length)];
  return made.slice(0, length);
}

export const repeated = (piece: string, length: number): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
