import { tokenize } from "../tokenize/tokenize.ts";
import { asksForContact } from "./contact.ts";
import { oneOf } from "./patterns.ts";
import { RECOVER } from "./recovery.ts";

/** Characters of a post that the rules read. */
export const MAX_READ = 1_000;

/** The post speaks of a scam to warn of it, or says what the team never does. */
const WARNING = new RegExp(
  oneOf(
    "\\bscams?\\b|scammers?|scammed|phishing|drainer|drained|drains|\\bfakes?\\b|\\bfraud\\w*",
    "beware",
    "careful|warn(?:s|ed|ing)?\\b|never\\b(?! (?:fail|disappoint|los[te]|miss))|do not",
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

/** Whether a text warns of scams rather than being one. `lower` is folded and in lower case. */
export const warnsOfScams = (lower: string): boolean => WARNING.test(lower.replace(OPENER, ""));

/** The post calls what it speaks of a scam, so that it may name the way to get in touch. */
const DENOUNCED = new RegExp(
  oneOf(
    "(?:\\bis|\\bare|it'?s|all) (?:a |just a |another )?(?:scams?|frauds?|fake)\\b",
    "full of (?:fake|scam)",
    "never (?:message|dm|write|contact|call|text)s? (?:you |anyone |users )?first",
    "there is no (?:\\w+ )?(?:sale|presale|airdrop|token|giveaway|vip)",
    "(?:nearly|almost) (?:sent|fell|lost|gave|signed)",
    "fell for (?:a|the|this) (?:\\w+ )?(?:fake|scam)",
    "on m'a (?:volé|arnaqué|escroqué)|me (?:robaron|estafaron)|fui (?:estafad|roubad|enganad)",
    "mi hanno (?:rubato|truffato)|(?:mich|mir) (?:\\S+ ){0,4}(?:betrogen|gestohlen|abgezogen)",
    "меня (?:\\S+ )?обманул|у меня украли|(?:我|家人|朋友|妈妈|爸爸)[^。！？]{0,6}被骗(?![^。！？]*追回)|騙されました",
    "(?:es|son) (?:una? )?(?:estafa|fraude)|[eé] (?:um )?(?:golpe|fraude)|c'est une arnaque",
    "ist (?:ein )?betrug|[eè] una truffa|это (?:скам|развод|мошенн)|骗局|骗子|詐欺です|사기(?:입니다|예요)",
  ),
);

/** A text that warns of scams and asks nobody to get in touch. */
export function isScamWarning(text: string): boolean {
  const lower = tokenize(text).lower.slice(0, MAX_READ);
  if (!warnsOfScams(lower)) return false;
  return !asksForContact(lower) || (DENOUNCED.test(lower) && !RECOVER.test(lower));
}
