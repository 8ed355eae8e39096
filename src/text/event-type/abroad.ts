/**
 * The words of reports in other languages, each as the English word that the model knows: few
 * examples in a language then teach as much as many in English. `*` ends a stem.
 */
const ABROAD: readonly (readonly [english: string, words: string])[] = [
  [
    "hacked",
    `взлом* взлам* хакну* зламан* hackead* hackearon hackeó hackean hackeou piraté piratés piratée
     piratead* gehackt* hacklen* hackerat* zhakowan* diretas 被黑 遭黑 被駭 해킹 ハッキング اختراق* اخترق*`,
  ],
  [
    "exploit",
    "эксплойт* эксплуат* exploité exploitée explotad* explorad* ausgenutzt istismar* 漏洞 취약점 脆弱性",
  ],
  [
    "attack",
    `атак* напад* ataque ataques atacad* atacar* ataca attaque* attaqué* angegriffen* angriff*
     attacc*      saldırı* zaatakow* atak 攻击 攻擊 攻撃 공격 هجوم* serangan`,
  ],
  [
    "attacker",
    `хакер* взломщик* атакующ* angreifer* saldırgan* attaquant* atacante* peretas 黑客 駭客 攻击者 攻撃者
     해커 공격자 ハッカー`,
  ],
  [
    "stolen",
    `украд* украл* похищ* похит* вкрад* вкрал* robado robados robada robaron robó roubad* roubar*
     roubaram volé volés volée volées gestohlen* stahl* stehlen çalın* çaldı* rubat* skradzion*
     ukradzion*      被盗 盗走 盗取 偷走 도난 탈취 盗まれ* 奪われ* سرق* dicuri curi`,
  ],
  [
    "drained",
    `слил* опустош* вывел* выводит vaciad* vaciaron drenad* drenar* vidé vidés vidée drainé* geleert
     leergeräumt abgezogen boşalt* svuotat* opróżnion* 抽干 掏空 转走 유출 流出 抜かれ*`,
  ],
  [
    "funds",
    "средств* деньги fondos fundos fonds gelder fonlar* fondi środk* кошти 资金 資金 자금 أموال dana",
  ],
  ["bridge", "мост моста мосту puente ponte pont brücke köprü* 跨链桥 桥 브릿지 ブリッジ جسر"],
  ["vault", "хранилищ* bóveda cofre coffre tresor kasa* 金库 금고"],
  ["pool", "пул пула havuz* bazen 池 풀 プール"],
  [
    "confirms",
    `подтверд* підтверд* confirma confirman confirmó confirmou confirme bestätig* doğrula* conferma
     potwierdz* 确认 確認 확인 mengonfirmasi`,
  ],
  [
    "paused",
    `приостан* остановл* призупин* pausa pausó pausado pausou suspend* suspens* gestoppt stoppt
     ausgesetzt durdur* sospes* wstrzym* 暂停 停止 중단 أوقف*`,
  ],
  [
    "lost",
    `perdió perdido perdieron pierde perdeu perde perd perdu verliert verlor*
     потерял* теряет втрат* kaybet* stracił*
     失去`,
  ],
  [
    "falls",
    "cae cayó cai caiu fällt sinkt tombe chute падает упал* düştü scende spada 跌到 跌破 하락 下落",
  ],
  [
    "losses",
    "убыт* потер* pérdida* perdas prejuízo* pertes verlust* kayıp zarar* perdite 损失 損失 손실",
  ],
  [
    "suffered",
    `sufrió sufrido sufren sofreu sofre subi subit erlitt подверг* постра* uğradı* doznał* 遭到
     遭受 당했* menderita`,
  ],
  [
    "million",
    `millones milhões milioni millionen миллион* млн milyon мільйон* milion* juta 万美元 百万 만달러
     억`,
  ],
  ["binance", "바이낸스 币安 幣安 バイナンス бинанс*"],
  ["okx", "欧易"],
  ["upbit", "업비트"],
  ["bithumb", "빗썸"],
  ["revoke", "отзови* отозв* revoq* révoq* widerruf* iptal 撤销 取消授权"],
  [
    "scam",
    "мошен* скам шахра* estafa* golpe arnaque* betrug truffa* dolandır* 骗局 诈骗 跑路 사기 詐欺 احتيال",
  ],
  [
    "peg",
    `привязк* паритет* прив'язк* paridad paridade ancrage parité dollarbindung bindung anbindung
     anclaje patokan ancoraggio parità sabit* dolarla ペッグ 锚定 페깅`,
  ],
  ["depegs", "депег* 脱锚 脫鉤 脱钩 디페깅 desancl* desvincul* 乖離"],
  [
    "redemptions",
    "погашен* выкуп* rescates canjes resgate* rachats rücknahme* einlös* itfa* rimbors* 赎回 상환 償還",
  ],
  [
    "trading",
    "торг* operar cotiza negociar negociação handel handelbar işlem* scambi handlu 交易 거래 取引",
  ],
  [
    "lists",
    `листит листинг* залист* лістинг* listará listarán lista listado listan listar listagem listera
     liste listet listung listele* listeli* quota 上线 上架 上市 상장 上場 listelen*`,
  ],
  ["governance", "gobernanza governança gouvernance yönetişim* 治理 거버넌스 ガバナンス"],
  ["proposal", "propuesta* proposta* vorschlag* предложени* пропозиці* öneri* usulan 提案 제안"],
  [
    "vote",
    `votan votación votaciones votação votam abstimm* голосован* голосу* oylama* 投票 表决 투표
     pemungutan`,
  ],
  [
    "upgrade",
    "обновлени* хардфорк* actualización atualização güncelleme* 升级 升級 업그레이드 アップグレード",
  ],
];

const [STEM, WHOLE] = [new Map<string, string>(), new Map<string, string>()];
for (const [english, words] of ABROAD)
  for (const word of words.trim().split(/\s+/))
    if (word.endsWith("*")) STEM.set(word.slice(0, -1), english);
    else WHOLE.set(word, english);
const [SHORTEST, LONGEST] = [3, 11];

const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const [SHORTEST_PART, LONGEST_PART] = [1, 4];

/** A word of another language in English; undefined when it is none of ours. */
function inEnglish(word: string): string | undefined {
  const whole = WHOLE.get(word);
  if (whole !== undefined) return whole;
  for (let length = SHORTEST; length <= Math.min(LONGEST, word.length); length++) {
    const english = STEM.get(word.slice(0, length));
    if (english !== undefined) return english;
  }
  return undefined;
}

/** A piece of a text as the model reads it, and where it stands in its word. */
export type WordPart = { form: string; from: number; to: number };

/** The known words in a run of a script that writes no blanks. */
function partsOf(run: string): WordPart[] {
  const parts: WordPart[] = [];
  for (let from = 0; from < run.length; from++) {
    for (let length = LONGEST_PART; length >= SHORTEST_PART; length--) {
      const form = WHOLE.get(run.slice(from, from + length));
      if (form === undefined || from + length > run.length) continue;
      parts.push({ form, from, to: from + length });
      from += length - 1;
      break;
    }
  }
  return parts;
}

/**
 * A word in lower case as English words: itself where it is none of ours, and of a run without
 * blanks each word that we know.
 */
export function englishParts(word: string): WordPart[] {
  const whole = { form: inEnglish(word) ?? word, from: 0, to: word.length };
  if (!UNSPACED.test(word)) return [whole];
  const parts = partsOf(word);
  return parts.length > 0 ? parts : [whole];
}
