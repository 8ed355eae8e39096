import { hashOf } from "../hashing/feature-hash.ts";
import { TokenKind, type Tokens, tokenize } from "../tokenize/tokenize.ts";
import { accountsOffered, guidanceOffered } from "./trade-offers.ts";

/** A rule that a post broke: its name, and the words that broke it. */
export type SpamRuleHit = { rule: string; words: string };

/** Characters of a post that the rules read. */
const MAX_READ = 1_000;

/** Verbs and forms in the languages that the sources bring, as alternatives of a pattern. */
const oneOf = (...lines: string[]) => `(?:${lines.join("|")})`;

/** A pattern of words that no letter touches. */
const wholeWord = (...lines: string[]) => new RegExp(`\\b${oneOf(...lines)}\\b`);

/** The post speaks of a scam to warn of it, or says what the team never does. */
const WARNING = new RegExp(
  oneOf(
    "\\bscams?\\b|scammers?|scammed|phishing|drainer|drained|drains|\\bfakes?\\b|\\bfraud\\w*",
    "beware",
    "careful|warn(?:s|ed|ing)?\\b|never\\b|do not",
    "don'?t (?:share|enter|type|send|click|sign|give|connect)",
    "impersonat|pretend|\\brevoke|stay away|avoid\\b|report (?:it|them)|block (?:it|them)|arrested",
    "exploit",
    "there is no\\b|no such|anyone who|nobody (?:will|can)|hacked|\\bhack\\b|attack|stole|stolen",
    "thief|thieves|honeypot|malicious|\\bnot ours\\b|lost money|(?:they|he|she) said\\b|red flags?",
    "ask me how i know|no(?:body|[- ]one) who\\b|blew up|blow up|liquidated",
    "if (?:someone|somebody|anyone|anybody|a stranger)\\b[^.!?]{0,20}(?:promis|guarant)",
    "estaf|cuidado|\\bfals[oa]s?\\b|fraude|nunca|golpe\\b|arnaque|escroc|\\bfaux\\b|fausse",
    "attention|jamais",
    "betrug|vorsicht|achtung|gefälscht|falsche|niemals|truffa|attenzione|\\bmai\\b|oplicht|pas op",
    "nep\\b",
    "мошенн|скам|осторожно|внимание|фейк|поддельн|никому|никогда|шахра|обережно|підробл|dikkat",
    "sahte|dolandır",
    "骗|诈|注意|小心|假的|冒充|不要|偽|詐欺|注意|しないで|사기|가짜|주의|조심|단속|수사|사칭|마세요",
    "penipu|hati-hati|waspada|palsu|jangan|lừa đảo|cẩn thận|\\bgiả\\b|đừng|احتيال|احذر|مزيف|تحذير",
    "सावधान|नकली|धोखा",
    "oszust|uwaga|fałszyw|nigdy|ostrzeż",
  ),
);

/** Scams begin like this too: by itself it warns of nothing. */
const OPENER =
  /^[^\p{L}]*(?:внимание|attention|achtung|atención|attenzione|atenção|dikkat|uwaga|注意)[!:：！,.\s]+/u;

/** The reader is asked to get in touch. */
const CONTACT = new RegExp(
  oneOf(
    "\\b(?:dm|pm|inbox)\\b|whats ?app|telegram|\\bt\\.me\\/|\\bwa\\.me\\/|\\bsignal\\b|wechat",
    "viber|\\bzalo\\b",
    "\\b(?:contact|message|text|write|mail|e-?mail|hit|hmu|talk|reach|reply|comment|call)\\b",
    "\\bask\\b(?! me how i know| yourself)",
    "escr[ií]b|contáct|contact|mensaje|mensagem|\\bcham[ae]\\b|privad[oa]|écri|en privé",
    "message privé",
    "schreib|melde|kontakt|scriv|contatt|bericht|пиши|напиш|личк|\\bлс\\b|телеграм|обращ|звон",
    "особист",
    "yaz(?:ın)?\\b|telegramdan|\\bdm\\b|ulaş|微信|私信|私聊|电报|联系|加群|扫码|DM|LINE|連絡|카톡|텔레그램|문의|연락",
    "hubungi|\\bchat\\b|nhắn tin|liên hệ|راسل|تواصل|व्हाट्सएप|संपर्क|मैसेज|napisz|\\bpriv\\b",
  ),
  "i",
);

const SECRET = oneOf(
  "seed(?: (?:phrase|words?|key))?",
  "(?:recovery|secret|wallet|mnemonic|backup) (?:phrase|words?|key)",
  "(?:12|24|twelve|twenty-four)[- ]?words?(?: phrase)?|private keys?|mnemonic|keystore",
  "frase (?:semilla|secreta|de recupera\\S*)|doce palabras|(?:12|24) pala[bv]ras",
  "clave privada|doze palavras",
  "phrase (?:secrète|de récupération)|douze mots|12 mots|clé privée|wiederherstellungs\\S*",
  "zwölf wörter",
  "seed-phrase|dodici parole|frase (?:segreta|di recupero)|twaalf woorden|herstelzin",
  "сид-?фраз\\S*|секретн\\S* фраз\\S*|фраз\\S* восстановления|двенадцать слов|12 слов",
  "приватный ключ",
  "дванадцять слів|12 kelime\\S*|kurtarma (?:cümle|kelime)\\S*|gizli (?:kelime|anahtar)\\S*",
  "助记词|私钥|十二个单词|12个单词|リカバリーフレーズ|秘密鍵|12個の単語|シードフレーズ",
  "시드 ?구문|복구 ?(?:문구|구문)|12개 ?단어|개인 ?키|frasa (?:pemulihan|rahasia)|12 kata|kunci pribadi",
  "cụm từ (?:khôi phục|bí mật)|12 từ|khóa riêng|عبارة الاسترداد|الكلمات الاثنتي عشرة|المفتاح الخاص",
  "रिकवरी फ्रेज|12 शब्द|frazę odzyskiwania|dwanaście słów",
);
const ENTER = oneOf(
  "enter|typ(?:e|ing)|submit|confirm|provide|import|validat\\w+|verif\\w+|paste|share|send|fill",
  "upload|give|synchroni[sz]e|restore|connect",
  "introduc\\w+|ingres\\w+|escrib\\w+|digit\\w+|inserindo|insira|saisi\\w*|saisissant|entrant",
  "entrez|gib|trage|bestätig\\w+|inserend\\w+|inserisci|scrivendo|in te vullen|vul",
  "введи\\S*|укажи\\S*|отправь\\S*|подтверди\\S*|вкажі\\S*|введі\\S*|girin|gir\\b|yazın|输入|提交|填写",
  "入力|送信|입력|제출",
  "memasukkan|masukkan|isi\\b|mengisi|nhập|điền|أدخل|إدخال|بإدخال|اكتب|डालें|दर्ज|wpisując|podając",
  "wpisz",
);
const SEED_REQUEST = [
  new RegExp(`${ENTER}[^.!?]{0,60}?${SECRET}`),
  new RegExp(`${SECRET}[^.!?]{0,40}?${ENTER}`),
];

const LOST = wholeWord(
  "stolen|lost|scam(?:med|mers?)?|hacked|frozen|drained|locked|forgotten|fake|froze|robbed",
);
const RECOVER = wholeWord(
  "recover(?:s|ed|y|ing)?|retriev\\w+|reclaim\\w*",
  "(?:get|gets|got|brought|bring) (?:it|them|back|my|your|all|everything)|trace[sd]?|unlocks?",
  "unfroze|refund",
);

/** "All thanks to @x for getting my wallet back, legit and fast". */
const THANKED =
  /\b(?:thanks|thank you|shout ?out|grateful|kudos) to\b[^.!?]{0,80}\bmy\b[^.!?]{0,60}\bback\b/;
const PRAISED = wholeWord(
  "legit",
  "reliable",
  "recommend(?:ed)?",
  "trustworthy",
  "on (?:ig|insta\\w*)",
);

/** "Validate your wallet through the link": no wallet needs it. */
const WALLET_CHECK =
  /\b(?:validat|synchroni[sz]|rectif|authenticat)(?:e|ing|y|ying)\s+your\s+wallets?\b[^.!?]{0,40}\b(?:link|portal|page|site|website|dapp|form|tool)\b/;

const CAUTION = wholeWord("never|fake|beware|warn|phishing");

/** Coins given twice: the amount that is asked for, and a larger one that is promised. */
const AMOUNT =
  /(\d{1,9}(?:[.,]\d{1,6})?)\s{0,2}(btc|eth|sol|usdt|usdc|bnb|xrp|doge|trx|ton|ada)\b/g;
const SEND = new RegExp(
  oneOf(
    "\\bsend|\\bdeposit|\\btransfer|\\bcontribut|\\bpay\\b|\\benv[ií]|\\bmand[ae]|\\benvoy",
    "\\btransfér|\\bsende|überweis|\\binvia|\\bmanda",
    "stuur|отправ|переве|надішл|gönder|yolla|转|送|보내|입금|kirim|gửi|chuyển|أرسل|حول|भेज|wyślij",
    "prześlij",
  ),
);
const TWICE = oneOf(
  "doubl(?:e|es|ed|ing)|twice (?:as much|what|the amount|back)",
  "\\b[2-5]x (?:back|in return|return)",
);
const STAKE = oneOf(
  "\\bcoins?|bitcoins?|btc|\\beth\\b|\\bsol\\b|deposits?|transfers?|you send|money|holdings|usdt",
  "\\$[a-z]",
);
const GIVEN = "\\b(?:coins?|deposits?|send|transfer|contribut\\w+)";
const DOUBLED = new RegExp(
  oneOf(
    `${TWICE}[^.!?]{0,50}${STAKE}`,
    `${GIVEN}[^.!?]{0,60}(?:doubled?|twice|\\b2x\\b|two ?fold)`,
  ),
);
const GIVEN_BACK = wholeWord(
  "back|return\\w*|receive|get|instantly|giveaway|event|live|official|guaranteed|founder",
  "foundation|celebrate|scan|qr",
);

const GAIN = new RegExp(
  oneOf(
    "\\b\\d{2,5}\\s?x\\b|\\bx\\s?\\d{2,4}\\b",
    "\\d{1,4} ?(?:%|percent|per cent) (?:daily|every|per|a day|hourly|weekly|profit)",
    "\\b(?:get|receive|earn|make|withdraw)s? (?:back )?\\$?\\d[\\d,]{2,9}|only green candles",
    "(?:daily|weekly|hourly|passive) (?:profit|income|return|payout)s?|\\bprofits?\\b",
    "\\b(?:every|per|a) (?:day|week|month|hour)\\b|\\b(?:daily|weekly)\\b",
  ),
);
const PROMISE = wholeWord(
  "guarante\\w+|risk[- ]free|no risk|zero risk|without risk|no loss(?:es)?|never lose",
  "100 ?(?:%|percent) (?:sure|safe)|is certain|\\d+x sure|thank me later|cannot go down",
  "can'?t go down|sellers? (?:is|are) blocked|blocks sellers",
);

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

/** Words between which no list of recovery words stands. */
const FUNCTION_WORDS = new Set(
  `the and you for with that this have are was not will from our your just but been has its can they
  who get what how out now when all more then him her she his one than into over only their about
  which would there were`.split(/\s+/),
);
const PHRASE_NAMED = new RegExp(
  oneOf(
    "phrase|seed|mnemonic|words|keys?\\b|frase|semilla|palabras|mots|wörter|parole|фраз|слов",
    "kelime",
    "助记词|フレーズ|구문|단어|frasa|từ|عبارة|फ्रेज|słowa",
  ),
);
const SEED_LENGTH = 11;

/** A row of short plain words without function words: a recovery phrase written out. */
function phraseIn({ kinds, starts, ends, lower, count }: Readonly<Tokens>): string | undefined {
  let from = 0;
  let length = 0;
  for (let i = 0; i <= count; i++) {
    const word = i < count ? lower.slice(starts[i], ends[i]) : "";
    const plain =
      i < count &&
      kinds[i] === TokenKind.word &&
      /^[a-z]{3,8}$/.test(word) &&
      !FUNCTION_WORDS.has(word);
    if (plain) {
      if (length === 0) from = i;
      length++;
    } else {
      if (length >= SEED_LENGTH) return lower.slice(starts[from], ends[from + length - 1]);
      length = 0;
    }
  }
  return undefined;
}

const numberOf = (digits: string) => Number(digits.replace(/,(?=\d{3}\b)/g, "").replace(",", "."));

/** "Send 1 ETH, receive 2 ETH": two amounts of one coin, the second at least half as much again. */
function twoAmounts(text: string): string | undefined {
  const amounts = [...text.matchAll(AMOUNT)];
  for (const [i, first] of amounts.entries()) {
    const second = amounts[i + 1];
    if (
      second &&
      first[2] === second[2] &&
      numberOf(second[1] ?? "") >= 1.5 * numberOf(first[1] ?? "")
    )
      return text.slice(first.index, second.index + second[0].length);
  }
  return undefined;
}

const found = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[0];

type SpamRule = {
  name: string;
  /** The rule is asked only when one of these words is in the text, or letters beyond Latin. */
  triggers: string;
  /** The words of the text that break the rule. `warns`: the text speaks of a scam as such. */
  find: (text: string, warns: () => boolean, tokens: Readonly<Tokens>) => string | undefined;
};

const PHRASE_TRIGGERS = `phrase phrases seed words word mnemonic keystore key keys frase semilla
  palabras palavras mots parole wörter woorden herstelzin kelime kelimenizi kelimelerinizi
  cümlenizi frasa kata từ khóa frazę słów wiederherstellungsphrase`;

/** The named rules, each for a kind of scam whose words leave no doubt. */
const RULES: readonly SpamRule[] = [
  {
    name: "writes out a recovery phrase",
    triggers: PHRASE_TRIGGERS,
    find: (text, _, tokens) => (PHRASE_NAMED.test(text) ? phraseIn(tokens) : undefined),
  },
  {
    name: "asks for the recovery phrase",
    triggers: PHRASE_TRIGGERS,
    find: (text, warns) => {
      const words = SEED_REQUEST.map((pattern) => found(text, pattern)).find(Boolean);
      return words !== undefined && !warns() ? words : undefined;
    },
  },
  {
    name: "promises to give back more coins than are sent",
    triggers: `double doubles doubled doubling twice 2x 3x 5x twofold btc eth sol usdt usdc bnb
      xrp doge trx ton ada`,
    find: (text, warns) => {
      const amounts = SEND.test(text) ? twoAmounts(text) : undefined;
      const words = amounts ?? (GIVEN_BACK.test(text) ? found(text, DOUBLED) : undefined);
      return words !== undefined && !warns() ? words : undefined;
    },
  },
  {
    name: "sells the recovery of lost coins",
    triggers: `stolen lost scam scams scammed scammer scammers hacked frozen drained locked
      forgotten fake froze robbed`,
    find: (text) => {
      if (!LOST.test(text) || CAUTION.test(text)) return undefined;
      if (CONTACT.test(text)) return found(text, RECOVER);
      return PRAISED.test(text) ? found(text, THANKED) : undefined;
    },
  },
  {
    name: "promises certain gains",
    triggers: `guaranteed guarantee guarantees guaranteeing risk loss losses lose sure safe
      certain later down sellers`,
    find: (text, warns) => {
      const words = found(text, PROMISE);
      return words !== undefined && GAIN.test(text) && !warns() ? words : undefined;
    },
  },
  {
    name: "offers support in private",
    triggers: "support customer help desk helpdesk admin agent agents technical team",
    find: (text, warns) => {
      const words = found(text, SUPPORT);
      const isOffer = words !== undefined && TROUBLE.test(text) && PRIVATE_CHANNEL.test(text);
      return isOffer && !COMPLAINT.test(text) && !warns() ? words : undefined;
    },
  },
  {
    name: "sells guidance in trading",
    triggers: "",
    find: (text, warns) => {
      const words = guidanceOffered(text);
      return words !== undefined && !warns() ? words : undefined;
    },
  },
  {
    name: "trades in accounts",
    triggers: `accounts account cuentas contas comptes hesap hesabı hesapları hesaplar`,
    find: (text, warns) => {
      const words = CONTACT.test(text) ? accountsOffered(text) : undefined;
      return words !== undefined && !warns() ? words : undefined;
    },
  },
  {
    name: "asks to validate the wallet",
    triggers: "wallet wallets",
    find: (text, warns) => {
      const words = found(text, WALLET_CHECK);
      return words !== undefined && !warns() ? words : undefined;
    },
  },
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

/** Whether a text warns of scams rather than being one. `lower` is folded and in lower case. */
const warnsOfScams = (lower: string): boolean => WARNING.test(lower.replace(OPENER, ""));

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
  for (const [i, { name, find }] of RULES.entries()) {
    const words = (rules & (1 << i)) === 0 ? undefined : find(lower, warns, tokens);
    if (words !== undefined) return { rule: name, words: words.slice(0, MAX_WORDS_SHOWN) };
  }
  return undefined;
}

/** The post calls what it speaks of a scam, so that it may name the way to get in touch. */
const DENOUNCED = new RegExp(
  oneOf(
    "(?:\\bis|\\bare|it'?s|all) (?:a |just a |another )?(?:scams?|frauds?|fake)\\b",
    "(?:es|son) (?:una? )?(?:estafa|fraude)|[eé] (?:um )?(?:golpe|fraude)|c'est une arnaque",
    "ist (?:ein )?betrug|[eè] una truffa|это (?:скам|развод|мошенн)|骗局|骗子|詐欺です|사기(?:입니다|예요)",
  ),
);

/** A text that warns of scams and asks nobody to get in touch. */
export function isScamWarning(text: string): boolean {
  const lower = tokenize(text).lower.slice(0, MAX_READ);
  if (!warnsOfScams(lower)) return false;
  return !CONTACT.test(lower) || (DENOUNCED.test(lower) && !RECOVER.test(lower));
}
