import { asksForContact } from "./contact.ts";
import { found, oneOf } from "./patterns.ts";

/** Patterns of posts that praise who trades for others: "my life changed, all thanks to Mrs X". */

/** Men of the news and figures of speech whom traders thank in jest. */
const OF_THE_NEWS =
  "(?!(?:powell|market|saylor|trump|musk|elon|beast|cramer|burry|buffett|biden|president)\\b)";
const TITLE = "(?:mr|mrs|ms|miss|madam|sir|coach|expert|prof|professor|trader|manager)";
const PERSON = oneOf(
  `\\b${TITLE}\\.? ${OF_THE_NEWS}\\p{L}{3,}`,
  "\\b(?:his|her) (?:platform|guidance|company|strateg\\w+|mentorship|program|system|trading|team)",
  "\\bunder (?:his|her) (?:guidance|wings?)|\\bmy (?:account manager|mentor|forex coach)\\b",
);
const COMPANY =
  "\\b(?:this|the|their|your) (?:company|platform|investment (?:plan|company)|firm)\\b";
const PRAISED_PERSON = new RegExp(PERSON, "u");
const PRAISED_COMPANY = new RegExp(COMPANY);
const TRADES =
  /\b(?:with \$?\d|trad|coach|mentor|broker|invest|withdr|platform|profit|payout|forex|crypto|bitcoin|btc|eth)/;
/** What the author says to have got. */
const GOT =
  /\b(?:s?he|they) paid me\b|\b(?:from|turned (?:my )?(?:only |last )?)\s?\$?\d[\d,.]*k? (?:\w+ )?(?:in)?to \$?\d|\bmy (?:mother|father|sister|brother|cousin|friend|wife|husband|neighbou?r|aunt|uncle)\b|\d+ (?:dollars|euros|usdt) (?:landed|arrived)|\bi\b[^.!?]{0,40}\b(?:withdr\w+|earn\w*|ma[dk]e|got|receiv\w+|bought|buy|cash\w*|cleared|paid)\b|\bmy (?:[\w.,$]+ ){0,3}(?:withdrawals?|profits?|payouts?|house|car|debts?|loan|rent)\b|\b(?:became|turned into|grew to)\b/;
const PRAISE = new RegExp(
  oneOf(
    "never (?:fails?|failed|disappoint\\w*)|best decision|(?:changed|saved) my life|god bless",
    "life[- ]changing|all (?:glory|thanks|credit)|grateful|(?:thanks|thank you) (?:to|so much)",
    "recommend|does it better|is the best|financial(?:ly)? free\\w*|real deal|trust(?:ed|worthy)",
    "so honest|never (?:lost|missed)|a blessing|who wants freedom|quit my job|believe it either",
    "(?:trad(?:es|ed|ing)|invests?|investing) (?:it |everything )?for me\\b|hit (?:him|her) up",
    "turned (?:my )?(?:only |last )?\\$?\\d|(?:his|her) (?:whats ?app|inbox|telegram) is open",
  ),
);
const HIGH_PRAISE = new RegExp(
  oneOf(
    "best decision (?:of|in) my life|(?:changed|saved) my life|never (?:fails?|disappoint\\w*)",
    "god bless|all (?:glory|thanks)|life[- ]changing|financial(?:ly)? free\\w*",
  ),
);

const GUIDE_ABROAD = new RegExp(
  `(?<!\\p{L})${oneOf(
    "señora?|sra?\\.|doña|profesora?|experta?|mentor(?:a|in)?|asesora?|professora?|mestr[ea]",
    "especialista|signora?|sig\\.(?:ra)?|dottor(?:e|essa)?|espert[oa]|madame|monsieur|frau|herrn?",
    "coach|hoca\\p{L}*|uzman\\p{L}*|наставни\\p{L}+|эксперт\\p{L}*|куратор\\p{L}*|госпож\\p{L}+",
    "трейдер\\p{L}*|ibu|pak|bapak|mentor\\p{L}*|chuyên gia|thầy|pan[iu]?|pana|السيدة?|الخبيرة?",
  )}(?!\\p{L})`,
  "u",
);
const SUM =
  /\d[\d.,]*\s?(?:k|mil|bin|тыс\.?)?\s?(?:€|\$|usd[tc]?|euros?|eur|d[óo]lar\p{L}*|reais|pesos|lira|tl|руб\p{L}*|долл\p{L}*|zł\p{L}*|juta|triệu|دولار)|(?:€|\$)\s?\d|\bmil (?:reais|euros|d[óo]lares|pesos)|\d[.\s]?\d{3}/u;
const PERIOD = new RegExp(
  `(?<!\\p{L})${oneOf(
    "(?:por|al|a la|à la|di|pro|jede[nrs]?|par|na|в|за|кажд\\p{L}+|her|tiap|setiap|mỗi|ogni)",
    "chaque",
  )}\\s(?:día|dia|semana|mes|mês|giorno|settimana|mese|jour|semaine|mois|tag|woche|monat|день|` +
    "неделю|месяц|gün|hafta|ay|hari|minggu|bulan|ngày|tuần|tháng|dzień|tydzień)(?!\\p{L})|" +
    "(?<!\\p{L})(?:diari[oa]s?|semanal\\p{L}*|wöchentlich|täglich|haftada|günde|ayda|ежедневно|" +
    "tygodniowo|dziennie)(?!\\p{L})|" +
    "(?<!\\p{L})(?:dopo|in|en|em|nach|après|za|через|dalam|sau)\\s\\p{L}+\\s" +
    "(?:giorni|d[ií]as|jours|tagen|dni|дн\\p{L}+|gün|hari|ngày)(?!\\p{L})",
  "u",
);
/** The author tells of gains of his own, or offers them. */
const GAINS_ABROAD = new RegExp(
  `(?<!\\p{L})${oneOf(
    "gano|ganas?|ganar|ganho|gan(?:é|hei)|faço|retir[éo]|kazan\\p{L}+|verdiene|verdienst|verdienen",
    "gagne[rz]?|gagné|guadagn[oai]\\p{L}*|avevo|ho (?:investito|ritirato)|prelev\\p{L}+",
    "зарабатыва\\p{L}+|заработ\\p{L}+|вывел\\p{L}*|получа\\p{L}+|zarabiam\\p{L}*|zarobi\\p{L}*",
    "mendapat\\p{L}*|untung|kiếm|trade pour moi|handelt für mich|opera por (?:m[ií]|você|mim)",
    "أربح|ربحت|كسبت",
  )}`,
  "u",
);
const THANKS_ABROAD =
  /gracias|obrigad|graças|merci|grâce|danke|(?<!\p{L})dank(?!\p{L})|grazie|ringrazi|sayesinde|teşekkür|спасибо|благодар|berkat|terima kasih|nhờ|cảm ơn|dzięki|شكرا/u;
/** "Ella opera por mí", "ohne etwas zu tun". */
const WITHOUT_WORK_ABROAD =
  /(?:opera|trad(?:ea|a)|investe?|inviert[ea]|invierte) (?:por|per) (?:m[ií]|me|você|ti)|sin (?:hacer|mover) (?:nada|un dedo)|senza fare (?:nulla|niente)|sem fazer nada|ohne (?:etwas zu tun|arbeit|risiko)|sans (?:rien faire|travailler|risque)|ничего не делая|bez (?:pracy|ryzyka)|hiçbir şey yapmadan/u;

function praisedAbroad(text: string): string | undefined {
  if (!GAINS_ABROAD.test(text) || !SUM.test(text) || !PERIOD.test(text)) return undefined;
  const closes = asksForContact(text) || THANKS_ABROAD.test(text) || WITHOUT_WORK_ABROAD.test(text);
  return closes ? found(text, GUIDE_ABROAD) : undefined;
}

/** Words of which a text that praises who trades for others has one. */
export const TESTIMONY_TRIGGERS = `fails disappoints disappointed decision saved god glory thanks
  thank grateful recommend financially blessing freedom trusted trustworthy quit turned changed
  whatsapp inbox expert coach madam mr mrs gracias obrigado obrigada graças merci grâce danke dank
  grazie ringrazio sayesinde
  señora señor profesora profesor experta mentora professora professor mestre signora signor
  esperto esperta madame monsieur frau herr herrn mentorin hoca hocam hocamız uzman ibu pak bapak
  berkat dzięki thầy nhờ`;

/** The words by which a text praises a person or a company that is said to trade for others. */
export function tradesForOthers(text: string): string | undefined {
  const abroad = praisedAbroad(text);
  if (abroad !== undefined) return abroad;
  if (!PRAISE.test(text) || !TRADES.test(text) || !GOT.test(text)) return undefined;
  const person = found(text, PRAISED_PERSON);
  return person ?? (HIGH_PRAISE.test(text) ? found(text, PRAISED_COMPANY) : undefined);
}
