import { hashOf } from "../hashing/feature-hash.ts";
import { type Tokens, tokenize } from "../tokenize/tokenize.ts";
import { certainGains, moreReturned } from "./gains.ts";
import { RECOVERY_TRIGGERS, recoveryOffered } from "./recovery.ts";
import {
  BAIT_TRIGGERS,
  PHRASE_TRIGGERS,
  phraseRequested,
  phraseWrittenOut,
} from "./recovery-phrase.ts";
import { supportOffered } from "./support.ts";
import { TESTIMONY_TRIGGERS, tradesForOthers } from "./testimony.ts";
import { accountsOffered, counterfeitOffered, guidanceOffered } from "./trade-offers.ts";
import { WALLET_TRIGGERS, walletCheckRequested } from "./wallet-check.ts";
import { MAX_READ, warnsOfScams } from "./warning.ts";

/** A rule that a post broke: its name, and the words that broke it. */
export type SpamRuleHit = { rule: string; words: string };

type SpamRule = {
  name: string;
  /** The rule is asked only when one of these words is in the text, or letters beyond Latin. */
  triggers: string;
  /** The words of the text that break the rule. */
  find: (text: string, tokens: Readonly<Tokens>) => string | undefined;
  /** Texts that speak of a scam as such break it too. */
  alsoInWarnings?: true;
};

/** The named rules, each for a kind of scam whose words leave no doubt. */
const RULES: readonly SpamRule[] = [
  {
    name: "writes out a recovery phrase",
    triggers: BAIT_TRIGGERS,
    find: phraseWrittenOut,
    alsoInWarnings: true,
  },
  { name: "asks for the recovery phrase", triggers: PHRASE_TRIGGERS, find: phraseRequested },
  {
    name: "promises to give back more coins than are sent",
    triggers: `double doubles doubled doubling twice 2x 3x 5x twofold btc eth sol usdt usdc bnb
      xrp doge trx ton ada`,
    find: moreReturned,
  },
  {
    name: "sells the recovery of lost coins",
    triggers: RECOVERY_TRIGGERS,
    find: recoveryOffered,
    alsoInWarnings: true,
  },
  {
    name: "promises certain gains",
    triggers: `zero guaranteed guarantee guarantees guaranteeing risk loss losses lose sure safe
      certain later down sellers`,
    find: certainGains,
  },
  {
    name: "offers support in private",
    triggers: "support customer help desk helpdesk admin agent agents technical team",
    find: supportOffered,
  },
  { name: "praises who trades for others", triggers: TESTIMONY_TRIGGERS, find: tradesForOthers },
  {
    name: "sells guidance in trading",
    triggers: "signal signals calls segnali señales sinais signaux signale sinyal sinyaller",
    find: guidanceOffered,
  },
  {
    name: "trades in accounts",
    triggers: "accounts account cuentas contas comptes conti hesap hesabı hesapları hesaplar",
    find: accountsOffered,
  },
  { name: "sells counterfeit coins", triggers: "flash flashed fake", find: counterfeitOffered },
  { name: "asks to validate the wallet", triggers: WALLET_TRIGGERS, find: walletCheckRequested },
];

/** By the hash of a word: a bit for each rule that it triggers. */
const TRIGGERS = new Map<number, number>();
for (const [i, { triggers }] of RULES.entries())
  for (const word of triggers.trim().split(/\s+/))
    TRIGGERS.set(hashOf(word), (TRIGGERS.get(hashOf(word)) ?? 0) | (1 << i));

const ALL_RULES = (1 << RULES.length) - 1;
/** Letters of scripts whose words are not listed as triggers. */
const OTHER_SCRIPTS = /[\u0370-\u1dff\u3040-\ud7ff\uf900-\ufdff]/;

function triggered({ hashes, count, lower }: Readonly<Tokens>): number {
  if (OTHER_SCRIPTS.test(lower)) return ALL_RULES;
  let rules = 0;
  for (let i = 0; i < count; i++) rules |= TRIGGERS.get(hashes[i] ?? 0) ?? 0;
  return rules;
}

const MAX_WORDS_SHOWN = 60;

/**
 * The first rule that the text breaks, and where; undefined when it breaks none. Rules need no
 * weights, so they judge posts also when a model cannot be loaded.
 */
export function brokenSpamRule(text: string): SpamRuleHit | undefined {
  const tokens = tokenize(text);
  const rules = triggered(tokens);
  if (rules === 0) return undefined;
  const lower = tokens.lower.slice(0, MAX_READ);
  let warning: boolean | undefined;
  const warns = () => {
    warning ??= warnsOfScams(lower);
    return warning;
  };
  for (const [i, { name, find, alsoInWarnings }] of RULES.entries()) {
    const words = (rules & (1 << i)) === 0 ? undefined : find(lower, tokens);
    if (words !== undefined && (alsoInWarnings || !warns()))
      return { rule: name, words: words.slice(0, MAX_WORDS_SHOWN) };
  }
  return undefined;
}
