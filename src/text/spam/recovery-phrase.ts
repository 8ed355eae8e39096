import { TokenKind, type Tokens } from "../tokenize/tokenize.ts";
import { found, oneOf } from "./patterns.ts";

/** Words of which a text about a recovery phrase has one. */
export const PHRASE_TRIGGERS = `phrase phrases seed words word mnemonic keystore key keys frase
  semilla palabras palavras mots parole wörter woorden herstelzin kelime kelimenizi kelimelerinizi
  cümlenizi frasa kata từ khóa frazę słów słowa wiederherstellungsphrase`;

/** Those, and what a wallet is said to hold, where its phrase stands unnamed. */
export const BAIT_TRIGGERS = `${PHRASE_TRIGGERS} usdt usdc trx eth btc sol bnb xrp ada dollars`;

const SECRET = oneOf(
  "seed(?: (?:phrase|words?|key))?",
  "(?:recovery|secret|wallet|mnemonic|backup) (?:phrase|words?|key)",
  "(?:12|24|twelve|twenty-four)[- ]?words?(?: phrase)?|private keys?|mnemonic|keystore",
  "(?:12|24|doce|doze|veinticuatro|vinte e quatro) pala[bv]ras|(?:12|24|douze|vingt-quatre) mots",
  "(?:12|24|zwölf|vierundzwanzig) wörter|(?:12|24|dodici|ventiquattro) parole",
  "(?:12|24|twaalf) woorden|(?:12|24|двенадцать|двадцать четыре|дванадцять) сл[оі]в",
  "(?:12|24) (?:kelime\\S*|kata|từ|शब्द)",
  "(?:12|24|dwanaście|dwudziestu czterech) (?:słów|słowa)|(?:12|24)개(?:의)? ?단어",
  "(?:12|24|十二|二十四)个(?:单|英文)?词|(?:12|24)(?:個の)?単語",
  "frase (?:semilla|secreta|de recupera\\S*)|clave privada|chave privada",
  "phrase (?:secrète|de récupération)|clé privée|wiederherstellungs\\S*",
  "seed-phrase|frase (?:segreta|di recupero)|herstelzin",
  "сид-?фраз\\S*|секретн\\S* фраз\\S*|фраз\\S* восстановления",
  "приватный ключ",
  "kurtarma (?:cümle|kelime)\\S*|gizli (?:kelime|anahtar)\\S*",
  "助记词|私钥|リカバリーフレーズ|秘密鍵|シードフレーズ",
  "시드 ?구문|복구 ?(?:문구|구문)|개인 ?키|frasa (?:pemulihan|rahasia)|kunci pribadi",
  "cụm từ (?:khôi phục|bí mật)|khóa riêng|عبارة الاسترداد|الكلمات الاثنتي عشرة|المفتاح الخاص",
  "रिकवरी फ्रेज|frazę odzyskiwania",
);
const ENTER = oneOf(
  "(?<!unless |without |\\bnot )(?:\\benter|\\btyp(?:e|ing)|submit|confirm|provide|\\bimport)",
  "validat\\w+|verif\\w+|paste|share|send|fill",
  "upload|\\bgive\\b|synchroni[sz]e|restore|\\bconnect(?!ion)|envi[ae]\\w*|envíe\\w*|mand[ae]\\w*",
  "пришли\\S*|скинь\\S*",
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

/** The words by which a text asks for the recovery phrase of the reader. */
export const phraseRequested = (text: string): string | undefined =>
  SEED_REQUEST.map((pattern) => found(text, pattern)).find(Boolean);

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

/** "3,900 USDC here, help": what the phrase of a wallet is offered with, without being named. */
const COINS_HELD = /\d[\d.,]*\s?k?\s?(?:usd[tc]|trx|eth|btc|sol|bnb|xrp|ada|dollars)\b/;
const HELP_WANTED =
  /\bhelp|don'?t know|\bno idea\b|\bcan'?t\b|\bcannot\b|\bnew to\b|\bhow (?:do|can|to)\b|ayuda|ajuda|помог|hilf/;

/** A recovery phrase that a text writes out, as bait. */
export const phraseWrittenOut = (text: string, tokens: Readonly<Tokens>): string | undefined =>
  PHRASE_NAMED.test(text) || (COINS_HELD.test(text) && HELP_WANTED.test(text))
    ? phraseIn(tokens)
    : undefined;
