import { expect, it } from "vitest";
import { brokenSpamRule } from "./rules.ts";
import { judgeSpam, spamScore } from "./spam.ts";

it.each([
  "🎁 $500 GIVEAWAY! Follow me, retweet and tag 3 friends, winners in 24 hours",
  "Lost crypto to a scam platform? Send a DM for recovery support, verified experts, no upfront " +
    "payment",
  "Follow us on Telegram for FREE instant crypto signals, join now t.me/+abcdef " +
    "$BTC $ETH $SOL $XRP",
])("finds a promotion: %s", (text) => {
  expect(spamScore(text)).toBeGreaterThanOrEqual(0.5);
});

it.each([
  "The new release of the node fixes a memory leak that we saw under load last week.",
  "Half-time in London, one goal each and plenty to talk about.",
  "Ethereum validators voted to raise the gas limit again.",
])("lets an ordinary post through: %s", (text) => {
  expect(spamScore(text)).toBeLessThan(0.5);
});

it.each([
  ["New ringtone every week to your phone, text TONE to 80080", "ringtone"],
  ["Hey everyone, I am a rapper, have a listen to my new video and thumbs up", "thumbs up"],
])(
  "finds the spam of text messages and video comments, by words of their own: %s",
  (text, word) => {
    const { score, words } = judgeSpam(text);
    expect(score).toBeGreaterThanOrEqual(0.5);
    expect(words).toContain(word);
  },
);

it.each([
  "Hi from the shop: your parcel is at the desk till 6",
  "Running late, sorry. Start dinner without me",
  "What a voice, she still sings it as on the record",
])("lets an ordinary message or comment through: %s", (text) => {
  expect(spamScore(text)).toBeLessThan(0.5);
});

it.each([
  ["an address", "0x6982508145454ce325ddbe47a25d4ec3d2311933"],
  ["a Solana address", "9UwvKVEsn2Hq6CXzhM48pRrE92hiqRgy9nfzkQCxxfQE"],
  ["a cashtag", "$DEMO"],
  ["cashtags", "$DEMO $TIDE $MOSS"],
  ["emoji", "🚀🚀🚀🚀💎🙌"],
  ["all of them", "$DEMO 🚀 0x6982508145454ce325ddbe47a25d4ec3d2311933"],
])("takes %s alone for no spam, nor beside ordinary words", (_, sign) => {
  expect(spamScore(sign)).toBeLessThan(0.5);
  expect(spamScore(`The release notes of the wallet are out ${sign}`)).toBeLessThan(0.5);
  expect(judgeSpam(`The release notes of the wallet are out ${sign}`, 0).words).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(?:an address|a symbol|\$\w+|0x\w+)$/)]),
  );
});

it.each([
  [
    "writes out a recovery phrase",
    "who can help, words: lemon bridge velvet ticket copper garden walnut island candle zebra " +
      "ladder mirror, 3k inside",
  ],
  ["asks for the recovery phrase", "Type your 12 words on the page to repair the wallet"],
  ["promises to give back more coins than are sent", "transfer 2 SOL now and get 5 SOL returned"],
  [
    "sells the recovery of lost coins",
    "My stolen coins were recovered by Mr Sinclair, message him",
  ],
  ["promises certain gains", "guaranteed 20 percent profit every week, ask me how"],
  ["offers support in private", "Wallet stuck? Official support answers by DM only"],
  ["sells guidance in trading", "杨老师带单，跟单稳赚，加微信进群"],
  ["trades in accounts", "Selling verified exchange accounts with KYC, DM for the price"],
  ["trades in accounts", "куплю аккаунты Binance верифицированные, телеграм @x"],
  ["trades in accounts", "长期收币安实名账号，电报联系"],
  ["trades in accounts", "Onaylı borsa hesapları satılık, teslimat hemen"],
  ["trades in accounts", "Vendo cuentas de Binance verificadas, entrega inmediata"],
  ["sells the recovery of lost coins", "Recupero crypto rubate, pagamento dopo, contattami"],
  ["sells the recovery of lost coins", "Верну украденную криптовалюту, пишите в личку"],
  ["sells the recovery of lost coins", "Recupero fondos robados, escríbeme por WhatsApp"],
  ["asks for the recovery phrase", "Atención: envíe su frase secreta para reparar el saldo"],
  ["asks to validate the wallet", "Verify your wallet by clicking the link below"],
  ["asks to validate the wallet", "Verifica tu billetera haciendo clic en el enlace"],
  ["asks to validate the wallet", "Подтвердите кошелёк по ссылке, иначе доступ закроют"],
  ["asks to validate the wallet", "Sync error? Just validate your wallet through the link below"],
])("finds by the rule %j: %s", (rule, text) => {
  const { score, rule: found, words } = judgeSpam(text);
  expect(score).toBeGreaterThanOrEqual(0.5);
  if (found !== undefined) expect(found).toBe(rule);
  expect(brokenSpamRule(text)?.rule).toBe(rule);
  expect(words.length).toBeGreaterThan(0);
});

it.each([
  "昨天上车 $BONK 现在三倍了，online 的兄弟怎么看",
  "跟单功能今天在 Bybit 上线，admin 说手续费返佣金 10%",
  "币安推出量化机器人，年化收益 8%，详情咨询官方客服",
  "한국 금융당국, 리딩방 수익 보장 광고 업체 텔레그램 채널 12곳 수사",
  "币安收紧认证，出金账户需实名，联系客服",
  "欧易收到监管函，要求账户实名认证，电报群炸了",
  "продам немного BTC, аккаунт на Binance заблокирован после верификации, телеграм молчит",
  "Confirm your wallet address by clicking the link in the email that we sent",
  "Полиция вернула украденную криптовалюту, обращайтесь в участок",
  "Kraken recuperó fondos robados y los devuelve, escriban al soporte",
  "People sell verified Binance accounts on Telegram and the exchange bans them",
  "Bank of Italy: custodial accounts for sale of MiCA tokens must be verified, contact named",
])("breaks no rule by news and talk of gains and accounts: %s", (text) => {
  expect(brokenSpamRule(text)).toBeUndefined();
});

it.each([
  "Never type your 12 words on a page, whoever asks",
  "Scam alert: transfer 2 SOL and get 5 SOL is how they steal",
  "Their support stole my wallet by DM, be careful",
])("lets a warning of such scams through: %s", (text) => {
  expect(judgeSpam(text).score).toBeLessThan(0.5);
});

it.each([
  "Ticker $DEMO CA> 9UwvKVEsn2Hq6CXzhM48pRrE92hiqRgy9nfzkQCxxfQE",
  "4x on $DEMO 0x6982508145454ce325ddbe47a25d4ec3d2311933",
])("asks no model about a text that only names a token: %s", (text) => {
  expect(judgeSpam(text).score).toBe(0);
  expect(judgeSpam(`${text} send 1 ETH, receive 2 ETH`).score).toBeGreaterThanOrEqual(0.5);
});

it("names the words that raised the score", () => {
  const { words } = judgeSpam("🎁 Huge giveaway! Follow me and retweet to win");
  expect(words.length).toBeGreaterThan(0);
  expect(words.join(" ")).toMatch(/giveaway|follow|retweet|win/);
});

it("reads the same spam in look-alike letters", () => {
  const text = "Free airdrop, claim now and join our telegram";
  expect(spamScore(text.replaceAll("a", "а").replaceAll("e", "е"))).toBeCloseTo(spamScore(text), 5);
});
