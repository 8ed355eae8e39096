import { asksForContact } from "./contact.ts";

/** Patterns of two kinds of offers: gains by following a teacher, and accounts for sale. */

/** Whoever is to be followed, and what is said to come of it, where no blanks part words. */
const GUIDE = new RegExp(
  "老师|導師|导师|大神|操盘|高手|带单|喊单|跟单|带你|带大家|带各位|带队|拉盘|拉盤|一对一|专业指导|内部(?:群|消息|渠道|名额)|内幕|搬砖|" +
    "量化(?:项目|机器人|团队)|套利(?:项目|机器人)|承兑|做单|兼职|刷单|(?:带|跟)[^。！？，]{0,4}上车|" +
    "先生の|仕掛け|倍確定|稼ぎ方|やり方|メンター|自動売買|売買サイン|手法|副業|リーディング|리딩방|추천방|멘토",
);
const GAIN =
  /稳赚|赚|稳定[一二三四五六七八九十百千万\d]|[一每]天[^，。]{0,3}[百千万]|翻[了倍几]|倍|回本|解套|收益|利润|日入|日结|月入|零风险|无风险|保本|本金|胜率|准确率|返利|佣金|暴涨|拉升|盈利|大行情|日化|稼げ|儲か|月収|日給|万円|勝率|勝てる|元本|수익|만원|원금|보장/;
/** Letters beside a Latin word make it another: "online" and "admin" ask nobody to join. */
const JOIN = new RegExp(
  "微信|加[vV我群电飞助微他她]|(?<![a-z])QQ(?![a-z])|电报|飞机|私[信聊我]|进群|扫码|联系(?!不上|客服|官方)|添加(?!了)|名额|" +
    "咨询(?!官方|客服)|滴滴我|(?:评论区|評論區|留言)[^。！？]{0,3}(?:领|扣|打|回复|获取|找)|" +
    "(?<![a-z])(?:VIP群|LINE|DM(?!は閉|は受け付けて))(?![a-z])|プロフ(?!の?GitHub)|카톡|텔레그램|문의|입장",
  "i",
);

/** "Free signals on Telegram", "VIP calls in our channel". */
const SIGNALS =
  /\b(?:free|vip|premium|paid|winning|daily|accurate)\s+(?:\w+\s+)?(?:signals?|calls)\b[^.!?]{0,40}(?:telegram|\btg\b|t\.me\/|discord\.gg|whats ?app|\b(?:our|my|the) (?:\w+ )?(?:channel|group|room)\b|\bdm\b)/;

/** The same in other languages, where the place to join stands anywhere behind. */
const SIGNALS_ABROAD =
  /(?:segnali|señales|sinais|signaux|signale|sinyal\p{L}*|сигнал\p{L}*|sygnał\p{L}*)(?=[^.!?]{0,60}(?:gratis|grátis|gratuit|kostenlos|vip|ücretsiz|бесплатн|darmow|\d ?%))[^.!?]{0,90}(?:canale?|kanal|канал|grup|групп|telegram|privad|\bdm\b)/u;

/** The words by which a text sells the guidance of a teacher or a group of insiders. */
export function guidanceOffered(text: string): string | undefined {
  const signals = (SIGNALS.exec(text) ?? SIGNALS_ABROAD.exec(text))?.[0];
  if (signals !== undefined) return signals;
  const guide = GUIDE.exec(text)?.[0];
  return guide !== undefined && GAIN.test(text) && JOIN.test(text) ? guide : undefined;
}

/** Who is said to trade, and not by himself: news of others, and rumours. */
const OF_OTHERS =
  "(?<!\\b(?:will|may|might|can|could|would|cannot|for|people|users|customers|they|gangs?|who) )";
const TRADE =
  `${OF_OTHERS}(?<!\\p{L})(?:` +
  "sell(?:ing)?|buy(?:ing)?|order|rent|lend|for sale:?|vendo|compro|куплю|прода[юм]|скупа\\S*|" +
  "аренда|sat[ıi]l[ıi]k)";
const OFFERED =
  "(?:for sale(?! of)|in stock|available|left(?! out)|sat[ıi]l[ıi](?:k|r)\\p{L}*|al[ıi]n[ıi]r)";
const ACCOUNTS = "(?:accounts?|cuentas?|contas?|comptes|conti|аккаунт\\S*|акаунт\\S*|hesa[pb]\\S*)";
const MARKED =
  /\bverified\b|\bkyc\b|\baged\b|\bold\b|verificad|верифи[цк]|onayl|doğrulanm|\bbinance\b|\bbybit\b|\bcoinbase\b|\bokx\b|\bkraken\b|\bexchange\b|\bfollowers\b/;
/** "I sell some ETH, the account is locked": another clause is another matter. */
const NEW_CLAUSE = "(?<!,\\s+(?:(?:the|las|los|les|as|my|mis) )?)";
/** The verb stands before the accounts, or the offer behind them: "our accounts can buy" is none. */
const SOLD_ACCOUNTS = new RegExp(
  `${TRADE}\\s+(?:[\\p{L}\\d'&/-]+,?\\s+){0,5}?${NEW_CLAUSE}${ACCOUNTS}|` +
    `${ACCOUNTS}(?:[^.!?\\p{L}]+[\\p{L}\\d]+){0,6}?[^.!?\\p{L}]+${OFFERED}|` +
    "(?:kyc|verified|aged)\\s+accounts\\s+for\\s+(?:any|all|every|most)\\b|" +
    "(?:出售|收购|批发|(?<=^|[^\\p{L}]|长期|大量|高价|专业|诚信|现)(?:出|收)(?![紧到金公款现台手费入益取回]))" +
    "[^。！？]{0,12}(?:账号|账户|帐号)|(?:账号|账户|帐号)[^。！？的]{0,4}(?:出售|转让|批发)",
  "u",
);
/** Those who speak of their own account trade in none. */
const OWN_ACCOUNT = /\bmy (?:\w+ )?accounts?\b/;

/** "Flash USDT, stays 90 days in any wallet": coins that look like money for a while. */
const COUNTERFEIT =
  /\bflash(?:ed|ing)? (?:btc|usdt|bitcoin|eth|tether)\b[^.!?]{0,60}\b(?:software|sale|sell(?:ing)?|days|available|demo|tradable)\b|\bsend fake balances?\b/;

/** The words by which a text sells coins that only seem to be there. */
export const counterfeitOffered = (text: string): string | undefined => COUNTERFEIT.exec(text)?.[0];

/** How goods are handed over: a seller says it, who tells of sellers does not. */
const HANDED_OVER =
  /\bescrow\b|\b(?:instant|fast|quick) delivery\b|entrega|livraison|consegna|teslim|доставк|гарант|现货|量大|秒发/;

/** The words by which a text trades in accounts of exchanges or networks. */
export function accountsOffered(text: string): string | undefined {
  const words = SOLD_ACCOUNTS.exec(text)?.[0];
  if (words === undefined || OWN_ACCOUNT.test(text)) return undefined;
  if (!asksForContact(text) && !HANDED_OVER.test(text)) return undefined;
  return MARKED.test(text) || /实名|认证|币安|欧易|交易所/.test(text) ? words : undefined;
}
