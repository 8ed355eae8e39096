import { oneOf } from "./patterns.ts";

/** The reader is asked to get in touch. */
const CONTACT = new RegExp(
  oneOf(
    "\\b(?:dm|pm|inbox)\\b|whats ?app|telegram|\\bt\\.me\\/|\\bwa\\.me\\/|\\bsignal\\b|wechat",
    "viber|\\bzalo\\b",
    "\\b(?:contact|message|text|write|mail|e-?mail|hit|hmu|reach|reply|comment|call)\\b",
    "\\btalk\\b(?! to your| with your| about)",
    "\\b(?:find|search|look up|follow) (?:him|her|them)\\b",
    "\\bask\\b(?! me how i know| yourself)",
    "escr[ií]b|contáct|contact|mensaje|mensagem|\\bcham[ae]\\b|privad[oa]|écri|en privé",
    "message privé",
    "schreib|melde|kontakt|scriv|contatt|bericht|пиши|напиш|личк|\\bлс\\b|телеграм|обращ|звон",
    "особист",
    "yaz(?:ın)?\\b|telegramdan|\\bdm\\b|ulaş|微信|(?<![a-z])qq(?![a-z])|私信|私聊|电报|联系|加群|扫码|DM",
    "LINE|連絡|카톡|텔레그램|문의|연락",
    "hubungi|\\bchat\\b|nhắn tin|liên hệ|راسل|تواصل|व्हाट्सएप|संपर्क|मैसेज|napisz|\\bpriv\\b",
  ),
  "i",
);

/** Whether the reader is asked to get in touch. `lower` is folded and in lower case. */
export const asksForContact = (lower: string): boolean => CONTACT.test(lower);
