import { isAscii, skeleton } from "../normalize.ts";

/**
 * What a text states, word by word, so that two fingerprints tell a copy from another statement in
 * the same frame ("lists" and "delists", 3 March and 28 March). Five characters a word: a hash of
 * 12 bits, its kind and length, and the set of its letters in 12 bits, for slips of the pen.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CODES = new Uint8Array(128);
for (let at = 0; at < ALPHABET.length; at++) CODES[ALPHABET.charCodeAt(at)] = at;

/** Begins the words of a statement in a fingerprint; the second where the text's end is cut. */
export const STATEMENT_SIGNS = ["|", "~"] as const;
const [WHOLE, CUT] = STATEMENT_SIGNS;
const signAt = (print: string): number => Math.max(print.indexOf(WHOLE), print.indexOf(CUT));
const CODE_LENGTH = 5;
const MAX_WORDS = 48;
const MAX_LENGTH = 15;
/** Of the 12 bits of a word's letters. */
const SET_BITS = 9;
/** Texts shorter than this say something else with every other word. */
const LONG_TEXT = 10;
/** In a text of this length one plain word for another is still the campaign's text. */
const CAMPAIGN_TEXT = 16;

const Kind = { plain: 0, filler: 1, decisive: 2, sign: 3 } as const;

/** Words as a fingerprint's text has them, in which letters that look alike are one. */
const wordSet = (text: string): ReadonlySet<string> =>
  new Set(text.split(/\s+/).filter(Boolean).map(skeleton));

/** Said or left out, the statement is the same. */
const FILLERS = wordSet(`
  today now wow really just lol lmao rt via breaking news update alert omg so very also still
  please pls guys fam 속보 긴급 ser gm here look hey well oh yes ok okay literally actually basically
  honestly damn the a an this that and jetzt heute wirklich hoy ahora aujourd hui maintenant
  oggi adesso hoje agora сегодня сейчас bugün şimdi
`);

/** Another of these is another statement: negation, direction, time, place, what is done. */
const DECISIVE = wordSet(`
  not no never none nobody nothing neither nor without cannot cant wont isnt arent wasnt werent
  hasnt havent hadnt dont doesnt didnt shouldnt wouldnt couldnt t false fake denies denied deny
  rumour rumor rumours rumors unconfirmed confirmed confirms untrue hoax unlikely likely may
  might could if unless up down above below over under higher lower high low more less fewer
  most least rise rises rising rose fall falls falling fell gain gains loss losses lose loses
  win wins won lost long short longs shorts buy buys buying bought sell sells selling sold bull
  bullish bear bearish inflow inflows outflow outflows in out into off on open opens opened
  close closes closed start starts started stop stops stopped begin begins end ends ended pause
  paused pauses resume resumed resumes add adds added remove removed removes list lists listed
  delist delists delisted join joins leave leaves left approve approves approved reject rejects
  rejected freeze freezes unfreeze unfreezes lock locked unlock unlocked mint minted burn burned
  safe unsafe gone back before after first last increase increases increased decrease decreases
  decreased pump pumps pumped dump dumps dumped deposit deposits withdrawal withdrawals hacked
  exploited attacked drained recovered restored yesterday tomorrow tonight monday tuesday
  wednesday thursday friday saturday sunday january february march april june july august
  september october november december week month year q1 q2 q3 q4 binance coinbase kraken okx
  bybit kucoin upbit bithumb gate mexc bitget htx gemini robinhood bitstamp ethereum bitcoin
  solana arbitrum polygon base optimism avalanche bsc tron ton sui aptos nicht kein keine nie
  niemals ohne steigt fällt steigen fallen kaufen verkaufen mehr weniger hoch runter no nunca
  sin sube baja suben bajan compra vende más menos añade elimina non pas ne jamais sans monte
  baisse achète vend plus moins retrouve perd não nem jamais sem sobe desce cai compra vende
  mais menos enable enables enabled disable disables disabled overvalued undervalued overweight
  underweight oversold overbought upgrade upgrades upgraded downgrade downgrades downgraded
  stable unstable secure insecure unable unknown available unavailable backed unbacked
  verified unverified stake unstake staked unstaked wrapped unwrapped peg depeg pegged
  depegged illegal impossible exclude excludes excluded inflation deflation seller sellers
  arrested released jailed freed convicted acquitted
  offline thousand million billion trillion hawkish dovish allowed disallowed disconnect
  disconnected unfriendly profitable unprofitable unpaid uncovered solvent insolvent compliant
  noncompliant abierto cerrado abiertos cerrados aberto fechado ouvert fermé offen geschlossen
  открыт закрыт открыта закрыта открыто закрыто открыты закрыты открыл закрыл включен выключен
  включён выключён купили продали açık kapalı açıldı kapandı aperto chiuso
  mai senza sale scende compra vende più meno не нет никогда без вырос упал растёт
  растет падает купил продал больше меньше değil yok asla yükseldi düştü aldı sattı daha fazla
  az listera retirera liste retire ajoute supprime listará retirará suspende suspenden reanuda
  reanudan listará retirará suspendeu retomou listet entfernt gestoppt gestartet pausiert
  wiederaufgenommen quota sospeso ripreso листит исключает запустил остановил заморозил
  разморозил приостановил возобновил listeledi kaldırdı durdurdu başlattı listeler kaldırır
  नहीं नही tidak bukan belum naik turun beli jual لا لم لن ليس ارتفع انخفض
`);

/** A Korean verb carries its endings: what it says stands at its beginning. */
const DECISIVE_IN_KOREAN = new RegExp(
  "^(?:확정|취소|재개|중단|상장|상승|하락|급등|급락|승인|거부|기각|증가|감소|매수|매도|폐지|소각|발행|동결|해제|연기|" +
    "인상|인하|올랐|내렸|떨어|열렸|닫혔|인정|부인|허용|금지|찬성|반대)",
);

/** In scripts without blanks between words each letter is a word of its own. */
const UNSPACED = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}";
const WORD = new RegExp(`[${UNSPACED}]|[^ ${UNSPACED}]+`, "gu");
const ASCII_WORD = /[^ ]+/g;
/** Characters at the end of a text that show whether it is cut. */
const MAX_CUT_END = 20;
const CUT_END = /(?:…|\.\.\.)\s*["'”’»]?\s*$/;

function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++)
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return (state ^ (state >>> 15)) >>> 0;
}

/** The set of a word's letters in the lower nine bits, and above them its first letter. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let at = 0; at < word.length; at++) letters |= 1 << ((word.charCodeAt(at) * 7) % SET_BITS);
  return letters | ((word.charCodeAt(0) % 7) << SET_BITS);
}

function kindOf(word: string): number {
  if (/\d/.test(word) || DECISIVE.has(word) || DECISIVE_IN_KOREAN.test(word)) return Kind.decisive;
  if (FILLERS.has(word)) return Kind.filler;
  return word.length === 1 && /\P{ASCII}/u.test(word) ? Kind.sign : Kind.plain;
}

const encode = (value: number, characters: number): string => {
  let code = "";
  for (let at = 0, rest = value; at < characters; at++, rest >>>= 6) code += ALPHABET[rest & 63];
  return code;
};

/** Words come again and again: the codes of the latest are kept. */
const codes = new Map<string, string>();
const MAX_CODES = 20_000;

function wordCode(word: string): string {
  const known = codes.get(word);
  if (known !== undefined) return known;
  const code = codeOf(word);
  if (codes.size === MAX_CODES) codes.clear();
  codes.set(word, code);
  return code;
}

function codeOf(word: string): string {
  const meta = (kindOf(word) << 4) | Math.min(word.length, MAX_LENGTH);
  return encode(hash(word) & 0xfff, 2) + encode(meta, 1) + encode(lettersOf(word), 2);
}

/** The words of a statement and one more, which tells whether the last of them ends the text. */
function firstWords(words: string): string[] {
  const list: string[] = [];
  for (const [word] of words.matchAll(isAscii(words) ? ASCII_WORD : WORD)) {
    list.push(word);
    if (list.length > MAX_WORDS) break;
  }
  return list;
}

/**
 * The statement of a text: `words` are its words in lower case with blanks between them, without
 * links, handles and signs; `text` is the text that they come from, which shows a cut end.
 */
export function statementOf(words: string, text: string): string {
  const list = firstWords(words);
  const isCut = CUT_END.test(text.slice(-MAX_CUT_END)) && list.length > 1;
  if (isCut) list.pop();
  return (isCut ? CUT : WHOLE) + list.slice(0, MAX_WORDS).map(wordCode).join("");
}

/** Where the statement of a fingerprint begins; its length when it has none. */
export function statementStart(print: string): number {
  const sign = signAt(print);
  return sign === -1 ? print.length : sign;
}

type Word = { code: string; kind: number; length: number; letters: number };

function wordsOf(print: string): Word[] | null {
  const sign = signAt(print);
  if (sign === -1) return null;
  const words: Word[] = [];
  for (let at = sign + 1; at + CODE_LENGTH <= print.length; at += CODE_LENGTH) {
    const number = (from: number) => CODES[print.charCodeAt(at + from)] ?? 0;
    const meta = number(2);
    words.push({
      code: print.slice(at, at + CODE_LENGTH),
      kind: meta >> 4,
      length: meta & 15,
      letters: number(3) | (number(4) << 6),
    });
  }
  return words;
}

/** The codes of a fingerprint's words in their order, fillers left out. */
export const weightyWords = (print: string): string[] =>
  (wordsOf(print) ?? []).filter(({ kind }) => kind !== Kind.filler).map(({ code }) => code);

const bits = (value: number): number => {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count++;
  return count;
};

/**
 * A slip of the pen: nearly the same letters, and the same first one, in a word long enough to be
 * known by them. Two words
 * that decide are none, and one is only when the letters are the same ("withdrawls").
 */
function isSlip(a: Word, b: Word): boolean {
  const length = Math.min(a.length, b.length);
  if (length < 4 || Math.abs(a.length - b.length) > 1) return false;
  if (a.letters >> SET_BITS !== b.letters >> SET_BITS) return false;
  const differing = bits(a.letters ^ b.letters);
  const deciding = Number(a.kind === Kind.decisive) + Number(b.kind === Kind.decisive);
  if (deciding > 0) return deciding === 1 && length >= 8 && differing === 0;
  return differing <= (length >= 6 ? 1 : 0);
}

/** Words that stand in one text alone, between two places where both agree. */
type Gap = { onlyA: Word[]; onlyB: Word[]; atEnd: boolean };

/** The gaps of the longest common subsequence of words. */
function gapsBetween(a: readonly Word[], b: readonly Word[]): Gap[] {
  const width = b.length + 1;
  const longest = new Uint8Array((a.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] as number;
  const equal = (i: number, j: number) => a[i]?.code === b[j]?.code;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = equal(i, j)
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1));
  const gaps: Gap[] = [];
  let gap: Gap = { onlyA: [], onlyB: [], atEnd: false };
  const close = (atEnd: boolean) => {
    if (gap.onlyA.length + gap.onlyB.length > 0) gaps.push({ ...gap, atEnd });
    gap = { onlyA: [], onlyB: [], atEnd: false };
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && equal(i, j)) {
      close(false);
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1)))
      gap.onlyA.push(a[i++] as Word);
    else gap.onlyB.push(b[j++] as Word);
  }
  close(true);
  return gaps;
}

/** Leaves out pairs of slips, word by word. */
function withoutSlips({ onlyA, onlyB, atEnd }: Gap): Gap {
  if (onlyA.length !== onlyB.length) return { onlyA, onlyB, atEnd };
  const differs = onlyA.map((word, at) => !isSlip(word, onlyB[at] as Word));
  return {
    onlyA: onlyA.filter((_, at) => differs[at]),
    onlyB: onlyB.filter((_, at) => differs[at]),
    atEnd,
  };
}

const weighty = ({ kind }: Word): boolean => kind !== Kind.filler;
const decisive = ({ kind }: Word): boolean => kind === Kind.decisive || kind === Kind.sign;

/** Whether a gap is what copiers make: a cut or longer end, a filler put in or for another word. */
function isNoise(gap: Gap, length: number, isCut: boolean): boolean {
  const { onlyA, onlyB, atEnd } = withoutSlips(gap);
  const [a, b] = [onlyA.filter(weighty), onlyB.filter(weighty)];
  const added = a.length === 0 ? b : a;
  if (a.length > 0 && b.length > 0)
    return (
      length >= CAMPAIGN_TEXT &&
      a.length === 1 &&
      b.length === 1 &&
      !a.some(decisive) &&
      !b.some(decisive)
    );
  if (added.length === 0) return true;
  const replaced = onlyA.length > 0 && onlyB.length > 0;
  if (atEnd && !replaced) {
    if (isCut) return true;
    if (length < LONG_TEXT && added.some(decisive)) return false;
    return added.length <= Math.max(3, length / 4);
  }
  return length >= LONG_TEXT && added.length === 1 && !added.some(decisive);
}

const isReplacement = (gap: Gap): boolean => {
  const { onlyA, onlyB } = withoutSlips(gap);
  return onlyA.some(weighty) && onlyB.some(weighty);
};

/**
 * Whether two fingerprints state the same. True when one of them carries no statement, as those
 * of earlier versions do.
 */
export function sameStatement(a: string, b: string): boolean {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  if (left === null || right === null) return true;
  const isCut = a.includes(CUT) || b.includes(CUT);
  const length = Math.max(left.length, right.length);
  const gaps = gapsBetween(left, right);
  if (gaps.filter(isReplacement).length > 1) return false;
  return gaps.every((gap) => isNoise(gap, length, isCut));
}
