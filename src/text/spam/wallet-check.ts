import { found, oneOf } from "./patterns.ts";

/** Words of which a text about a wallet that is to be validated has one. */
export const WALLET_TRIGGERS = `wallet wallets metamask phantom billetera cartera monedero carteira
  portefeuille portafoglio cüzdan cüzdanı cüzdanını cüzdanınızı dompet ví portfel`;

/** What only a scam asks of a wallet: no wallet needs it. */
const REPAIRED =
  /\b(?:(?:validat|synchroni[sz]|rectif|authenticat)(?:e|ing|y|ying)|re-?sync|sync)\s+your\s+(?:wallets?|metamask|phantom|trust wallet|ledger|trezor)\b[^.!?]{0,70}\b(?:link|portal|page|site|website|dapp|form|tool)\b/;

/** "Verify your wallet by clicking the link": the owner of a wallet is known by his signature. */
const VERIFIED = new RegExp(
  oneOf(
    "\\b(?:re-?)?(?:verify|confirm|activate|revalidate)(?:ing)? your (?:\\w+ )?" +
      "(?:wallets?|metamask|phantom)\\b(?! address)[^.!?]{0,30}" +
      "\\b(?:click|tap|link|button|below|form)",
    "\\b(?:click|tap|open|press|use)\\b[^.!?]{0,30}\\b(?:link|button|form)\\b[^.!?]{0,40}" +
      "\\b(?:verify|validate|confirm|activate|re-?connect|sync) your " +
      "(?:wallets?|metamask|phantom)\\b(?! address)",
    "\\b(?:verifi[cq]\\w*|valid[ae]\\w*|confirm[ae]\\w*)\\s+" +
      "(?:tu|su|vuestra|[ao]? ?su?a|il tuo|il suo|votre|ton)\\s+" +
      "(?:billetera|cartera|monedero|wallet|carteira|portafoglio|portefeuille)\\b" +
      "[^.!?]{0,40}(?:enlace|\\blink|\\blien\\b|clic)",
    "(?:bestätigen|verifizieren|validieren) sie ihre wallet\\b[^.!?]{0,40}(?:link|klick)",
    "cüzdan\\S*[^.!?]{0,30}(?:link|bağlantı)\\S*[^.!?]{0,30}(?:doğrula|onayla)",
    "(?:verifikasi|konfirmasi|validasi) (?:dompet|wallet)\\b[^.!?]{0,40}(?:tautan|\\blink)",
    "(?:подтверд|верифицир|проверьте|активируй)\\S* (?:ваш |свой )?кошел[её]к[^.!?]{0,40}ссылк",
    "(?:点击|点开|打开)[^。！？]{0,8}链接[^。！？]{0,10}(?:验证|认证|激活)[^。！？]{0,8}钱包",
    "钱包[^。！？]{0,14}(?:点击|打开)[^。！？]{0,6}链接[^。！？]{0,6}(?:验证|认证|激活|升级)",
    "(?:ウォレット)[^。！？]{0,16}リンク[^。！？]{0,8}(?:認証|確認)して",
    "지갑[^.!?]{0,16}링크[^.!?]{0,12}(?:인증|확인)(?:하|해)",
  ),
);
/** A service that writes mails to its customers speaks of these. */
const BY_MAIL = /\be-?mails?\b|\bwithdraw/;

/** The words by which a text asks its readers to have their wallet validated by a page. */
export function walletCheckRequested(text: string): string | undefined {
  const words = found(text, REPAIRED);
  if (words !== undefined) return words;
  return BY_MAIL.test(text) ? undefined : found(text, VERIFIED);
}
