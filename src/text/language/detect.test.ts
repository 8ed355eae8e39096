import { expect, it } from "vitest";
import { detectLanguage, sureLanguage } from "./detect.ts";

it.each([
  ["en", "the quick brown fox jumps over the lazy dog"],
  ["de", "heute Abend sprechen wir über die neue Version der Börse"],
  ["es", "hoy lanzamos la nueva versión de nuestra cartera"],
  ["fr", "nous annonçons une nouvelle fonctionnalité pour les utilisateurs"],
  ["id", "saya tidak tahu kenapa harganya turun terus"],
  ["tr", "bugün yeni bir güncelleme yayınladık ve çok mutluyuz"],
  ["pt", "hoje vamos falar sobre o lançamento da nova carteira"],
  ["vi", "hôm nay chúng tôi ra mắt phiên bản mới của ví"],
  ["ru", "сегодня мы запускаем новую версию кошелька"],
  ["uk", "сьогодні ми запускаємо нову версію гаманця"],
  ["ar", "اليوم نطلق النسخة الجديدة من المحفظة"],
  ["fa", "امروز نسخه جدید کیف پول را منتشر می‌کنیم"],
  ["hi", "आज हम वॉलेट का नया संस्करण जारी कर रहे हैं"],
  ["ja", "本日、新しいウォレットを公開します"],
  ["zh", "今天我们发布新版本的钱包"],
  ["ko", "오늘 새로운 지갑을 출시합니다"],
  ["th", "วันนี้เราเปิดตัวกระเป๋าเงินรุ่นใหม่"],
  ["ka", "დღეს ჩვენ ვაქვეყნებთ ახალ ვერსიას"],
])("reads %s", (language, text) => {
  expect(detectLanguage(text)).toBe(language);
});

it("reads Indonesian in words that Malay has too", () => {
  expect(detectLanguage("harga koin ini naik lagi hari ini karena banyak yang membeli")).toBe("id");
});

it("looks past links, handles, cashtags and addresses", () => {
  const text =
    "@elonmusk $DEMO https://example.com/the/best heute steigt der Kurs wieder sehr stark " +
    "0x6982508145454ce325ddbe47a25d4ec3d2311933";
  expect(detectLanguage(text)).toBe("de");
});

it.each([
  ["es", "RT @marta: ya está disponible la nueva versión https://t.co/AbC123 #crypto"],
  ["ja", "gm https://t.co/AbC123今日はとても暑いですね"],
  ["ru", "Биткоин снова растёт, Coinbase и Binance молчат"],
  ["en", "Don’t sell your $BTC &amp; $ETH yet, it’s sooooo early 🚀🚀"],
  ["en", "@frens funny lol"],
  ["ar", "السعر يرتفع اليوم على Binance"],
  ["pt", "kkkkkkkk não acredito que subiu tanto @joao"],
])("reads %s in a post as it is written: %s", (language, text) => {
  expect(detectLanguage(text)).toBe(language);
});

it("reads Hindi that is typed in Latin letters", () => {
  expect(detectLanguage("bhai market kal bhi gira tha, aaj kya hoga kuch nahi pata")).toBe("hi");
  expect(detectLanguage("my bhai says the market will be fine")).toBe("en");
});

it.each(["gm", "GM 🚀", "lfg $BTC", "hodl wagmi $DEMO", "@somebody $DEMO", "#Bitcoin"])(
  "answers undefined for %j, which any language could be",
  (text) => {
    expect(detectLanguage(text)).toBeUndefined();
  },
);

it.each([
  ["hola", undefined],
  ["ok cool", undefined],
  ["gm frens", undefined],
  ["good morning everybody, the market opens in an hour", "en"],
  ["今日はとても暑いですね", "ja"],
  ["сегодня мы запускаем новую версию кошелька", "ru"],
])("is sure of %j only where it is beyond doubt", (text, language) => {
  expect(sureLanguage(text)).toBe(language);
});

it("reads a check-in by its own words, not by the name of the place", () => {
  expect(detectLanguage("I'm at Stasiun Gambir in Jakarta Pusat, DKI Jakarta")).toBe("en");
  expect(detectLanguage("so tired today @ Warung Makan Bu Kris Surabaya")).toBe("en");
});

it("answers for the language that most of a long text is in, and soon for a text of 10,000 characters", () => {
  expect(detectLanguage("the market is up again today and nobody knows why ".repeat(200))).toBe(
    "en",
  );
  expect(
    detectLanguage(`${"\ud83d\ude80".repeat(100)} der Kurs steigt heute wieder sehr stark`),
  ).toBe("de");
});

it.each(["", "   ", "12345 67", "🚀🚀", "\ud800", "!?"])(
  "answers undefined for %j, which has no letters",
  (text) => {
    expect(detectLanguage(text)).toBeUndefined();
  },
);
