import { asksForContact } from "./contact.ts";
import { found, oneOf, wholeWord } from "./patterns.ts";

const LOST = wholeWord(
  "stolen|lost|scam(?:med|mers?)?|hacked|frozen|drained|locked|forgotten|fake|froze|robbed",
);
/** What is said to be done about lost coins. */
export const RECOVER = wholeWord(
  "recover(?:s|ed|y|ing)?|retriev\\w+|reclaim\\w*",
  "(?:get|gets|got|brought|bring) (?:it|them|back|my|your|all|everything)|trace[sd]?|unlocks?",
  "came back thanks to|returned (?:it|everything|all) to me",
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
/** A fake broker is how the money was lost: who tells of it may still praise who returned it. */
const CAUTION = wholeWord(
  "never|beware|warn|phishing",
  "fake(?! (?:\\w+ )?(?:exchange|broker|platform|site|website|investment|trader|company|firm|app))",
);

/** "Recupero cripto robadas": whoever says so of himself sells it. */
const RECOVER_ABROAD = new RegExp(
  oneOf(
    "\\brecuper(?:o|amos|iamo)\\b[^.!?]{0,40}(?:rob|perd|estaf|hack|roub|rubat|truff|pers[ieo]\\b)",
    "\\b(?:je récupère|nous récupérons)[^.!?]{0,40}(?:vol|perdu)",
    "\\b(?:ich hole|wir holen)[^.!?]{0,40}(?:gestohlen|verloren|geklaut)[^.!?]{0,30}zurück",
    "(?<!\\p{L})(?:верну|верн[её]м|возвращаем|поможем вернуть)\\s[^.!?]{0,40}" +
      "(?:украд|потер|похищ|пропав)",
    "(?:украд|потер|похищ)\\p{L}*[^.!?]{0,40}\\sверну(?:л|ла|ли)\\s",
    "(?:skradzion|utracon|stracon)\\p{L}*[^.!?]{0,40}(?:odzyska|zwróci)\\p{L}+",
    "(?:çalınan|kaybolan|kaybettiğiniz|dolandırılan)[^.!?]{0,40}" +
      "geri (?:al[ıi]yoruz|getiriyoruz|alırız)",
    "追回[^。！？]{0,10}(?:骗|盗)|(?:被骗|被盗)[^。！？]{0,12}(?:帮你|帮您|可以|专业|协助)追回",
    "取り戻します|찾아 ?드립니다|복구해 ?드립니다",
  ),
  "u",
);
/** "Gracias al agente X recuperé mis ahorros": praise that leads to him. */
const THANKED_ABROAD = new RegExp(
  oneOf(
    "\\b(?:gracias al?|graças ao?|con la ayuda de|com a ajuda d)[^.!?]{3,60}\\brecuper[eé]i?\\b",
    "\\brecuper[eé]i?\\b[^.!?]{3,60}(?:gracias al?|graças ao?|com a ajuda d|con la ayuda de)",
    "\\bgrazie a[^.!?]{3,60}(?:ho (?:riavuto|recuperato)|recuperato)",
    "\\bgrâce à[^.!?]{3,60}(?:récupéré|retrouvé)",
    "(?<!\\p{L})(?:благодаря|спасибо|помог(?:ла|ли)?)\\s[^.!?]{3,60}верну(?:л|ла|ли)\\s",
    "sayesinde[^.!?]{3,60}geri al(?:dım|dık)",
    "(?:找到|联系|多亏|感谢|通过)[^。！？]{2,20}(?:全部|都|帮我|帮忙|成功)?追回",
    "(?:おかげで|に頼んで|に相談して)[^。！？]{0,20}(?:取り戻|返って)",
    "(?:덕분에|통해)[^.!?]{0,30}(?:돌려받|되찾|복구)",
  ),
  "u",
);
/** The post tells of such sellers, or of a support or a court that did its work. */
const CAUTION_ABROAD =
  /nunca|cuidado|\bojo\b|fals[oa]|golpe|\bmai\b|attenzione|arnaque|escroc|vorsicht|betrüg|мошенник|не вер|осторожно|фейк|dikkat|sahte|骗子|谎称|声称|自称|假|警方|警察|詐欺に|경찰|사칭|support|soporte|suporte|поддержк|polic/u;

const PRAISED_ABROAD =
  /рекоменд|recom(?:iend|end)|empfehl|empfohlen|consigl|conseill|polecam|tavsiye|推荐|おすすめ|추천/u;

function recoveryOfferedAbroad(text: string): string | undefined {
  if (CAUTION_ABROAD.test(text)) return undefined;
  if (!asksForContact(text) && !PRAISED_ABROAD.test(text)) return undefined;
  return found(text, RECOVER_ABROAD) ?? found(text, THANKED_ABROAD);
}

/** Words of which a text that sells the recovery of lost coins has one. */
export const RECOVERY_TRIGGERS = `stolen lost scam scams scammed scammer scammers hacked frozen
  drained locked forgotten fake froze robbed recupero recuperamos recuperiamo recuperé recuperei
  recuperato riavuto récupère récupérons récupéré hole holen geri`;

/** The words by which a text sells the recovery of lost coins, or praises who sells it. */
export function recoveryOffered(text: string): string | undefined {
  const abroad = recoveryOfferedAbroad(text);
  if (abroad !== undefined) return abroad;
  if (!LOST.test(text) || CAUTION.test(text)) return undefined;
  if (asksForContact(text)) return found(text, RECOVER);
  return PRAISED.test(text) ? found(text, THANKED) : undefined;
}
