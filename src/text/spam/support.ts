import { found, wholeWord } from "./patterns.ts";

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

/** A support that is reached by a private account, where no blanks part words. */
const SUPPORT_ABROAD =
  /(?:客服|客户服务|客戶服務)[^。！？]{0,8}(?:微信|qq|电报|telegram|whatsapp|line|飞机)|(?:微信|qq|电报|telegram|whatsapp)[^。！？]{0,4}客服|(?:サポート|カスタマー)[^。！？]{0,10}(?:line|telegram|whatsapp)|고객센터[^.!?]{0,12}(?:카톡|텔레그램|라인)/;
const TROUBLE_ABROAD =
  /提现|提币|解冻|冻结|验证|异常|出金|凍結|認証|エラー|출금|동결|인증|지갑|钱包|ウォレット|withdraw/;

/** The words by which a text offers support in a private channel. */
export function supportOffered(text: string): string | undefined {
  const abroad = SUPPORT_ABROAD.exec(text)?.[0];
  if (abroad !== undefined && TROUBLE_ABROAD.test(text)) return abroad;
  const words = found(text, SUPPORT);
  if (words === undefined || COMPLAINT.test(text)) return undefined;
  return TROUBLE.test(text) && PRIVATE_CHANNEL.test(text) ? words : undefined;
}
