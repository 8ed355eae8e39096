import { hashOf } from "../hashing/feature-hash.ts";
import { TokenKind, type Tokens } from "../tokenize/tokenize.ts";

/** Words beside the name and the address of a token that a text may have and ask nothing. */
const MOST_WORDS = 8;

const hashesOf = (words: string): ReadonlySet<number> =>
  new Set(words.trim().split(/\s+/).map(hashOf));

/** What labels the parts of a token's name. */
const LABELS = hashesOf(`
  ca contract address addr mint token ticker name symbol chain network coin mc mcap cap tax liq
  base eth ethereum sol solana bsc bnb arb arbitrum ton tron sui apt aptos polygon avax
`);

/** What a text says that wants something of its reader, or promises something. */
const ASKS = hashesOf(`
  send sends sending deposit transfer contribute pay claim claims claimed claiming connect join
  enter submit verify validate sync dm pm inbox message contact telegram whatsapp click link visit
  register signup sign free airdrop airdrops giveaway giveaways give giving win winner winners
  double doubled doubles twice drop guaranteed guarantee promise profit profits earn reward rewards
  bonus deploy follow retweet rt like comment tag reply presale whitelist wl invest return returns
  back refund recover recovery seed phrase key keys wallet wallets support admin get receive gift
  help needd donate please pls fees fee
`);

/** Pages that show a token's price or its account: a link to one names it. */
const CHARTS = hashesOf(`
  dexscreener.com geckoterminal.com dextools.io birdeye.so etherscan.io solscan.io basescan.org
  bscscan.com arbiscan.io
`);

/**
 * Whether a text does no more than name a token by its address or its chart: few words, none of
 * which asks or promises anything, and no handle, hashtag or other link.
 */
export function namesTokenAlone({ kinds, hashes, count }: Readonly<Tokens>): boolean {
  let [words, addresses] = [0, 0];
  for (let i = 0; i < count; i++) {
    const kind = kinds[i] ?? 0;
    const hash = hashes[i] ?? 0;
    if (kind === TokenKind.handle || kind === TokenKind.tag) return false;
    if (kind === TokenKind.link && !CHARTS.has(hash)) return false;
    if (kind === TokenKind.link || kind === TokenKind.address) addresses++;
    if (kind !== TokenKind.word || LABELS.has(hash)) continue;
    if (ASKS.has(hash) || ++words > MOST_WORDS) return false;
  }
  return addresses === 1 || addresses === 2;
}
