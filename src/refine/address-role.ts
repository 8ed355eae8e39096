/** Alternatives of a pattern, from words with blanks between them; `~` stands for a blank. */
const anyOf = (...lists: string[]): string =>
  lists.join(" ").trim().split(/\s+/).join("|").replaceAll("~", "\\s+");

const BEGIN = "(?:^|[^\\p{L}])";

/** A person, a machine or a place for money: the address behind such a word is no contract. */
const OWNER = anyOf(
  "multi-?sigs? safe treasury treasuries deployers? exploiters? attackers? hackers? thie(?:f|ves)",
  "scammers? drainers? insiders? owners? authority authorities admins? dev devs developer creator",
  "team founder whales? holders? traders? snipers? buyers? sellers? senders? receivers?",
  "recipients? wallets? accounts? vaults? escrow bridges? routers? proxy spender pools? pairs? lp",
  "liquidity staking locker vesting timelock governor burn(?:t|ed)? dead bot mixer exchange",
  "validator miner multi-?signature collectors? fee fees victims? phish(?:er|ing) impersonators?",
  "impostors? market~makers? makers? relayers? keepers? operators? airdrop claim presale claimer",
  "registrars? registry resolver factory factories multi-?call aggregator singleton relay",
  "system collections? nfts? name~service domain collectible entry~point beacon",
  "distributor faucet oracle guy dude kol smart~money fake scam copycat wrong counterfeit",
  "minters? pausers? upgraders? voting governance dao delegates? signers? sybils?",
  "custod(?:y|ian)s? eoas? looters? burner investors? vcs? farm farming gauge masterchef rewards?",
  "bundlers? arbitrageurs? bots",
  "not~the(?:~real|~official)?",
);
/** The same in other languages, in any of their forms. */
const OWNER_ABROAD = anyOf(
  "billetera cartera monedero dueño estafador(?:es)? hackers? atacantes? ladr(?:ón|ão|ones|ões)",
  "carteira atacante golpistas? portefeuille pirates? attaquant voleur escroc portafogli\\w*",
  "truffatore aggressore brieftasche angreifers? betrügers? hackers? dieb(?:es)? inhaber\\w*",
  "кошел[её]к\\p{L}* хакер\\p{L}* мошенник\\p{L}* взломщик\\p{L}* вор\\p{L}? кит\\p{L}?",
  "владел\\p{L}+",
  "гаман\\p{L}+ шахра\\p{L}+ cüzdan\\p{L}* hacker['’]?\\p{L}* saldırgan\\p{L}* dolandırıc\\p{L}+",
  "portfel\\p{L}* oszust\\p{L}* złodziej\\p{L}* dompet peretas penipu ví hacker",
);
const OWNER_ABROAD_FILLER =
  "(?:\\s|[:：=\\-–—>→(,'\"]|(?:de|del|della|dello|do|da|du|des|des|der|dem|la|el|l['’]|le|il|" +
  "es|é|ist|est|is|адрес\\p{L}*|adresse?|dirección|endereço|indirizzo|adresi|alamat|địa chỉ|" +
  "hacker|хакера|взломщика|мошенника|pirate|attaquant|angreifers?)(?![\\p{L}]))*";
const OWNED_ABROAD = new RegExp(`(?:^|[^\\p{L}])(?:${OWNER_ABROAD})${OWNER_ABROAD_FILLER}$`, "iu");
/** Where loot or money went, in other languages: "los fondos robados están en 0x...". */
const MOVES_ABROAD = anyOf(
  "robad* enviad* enviar* envió movi* transf* roubad* moveu volé* vole* envoy* gestohlen* überw*",
  "geschickt verschob* rubat* inviat* spostat* украд* похищ* похит* вывел* выведен* отправ*",
  "перевел* перевёл* вивел* çalın* çalin* gönder* ukrad* wysła* przela* dicuri dikirim",
).replaceAll("*", "\\p{L}*");
const TO_ABROAD = anyOf("en a em para sur à vers auf an nach in su na ke на в к до");
const MOVED_ABROAD = new RegExp(
  `(?:^|[^\\p{L}])(?:${MOVES_ABROAD})(?![\\p{L}])[^.;\\n]{0,60}\\s(?:${TO_ABROAD})\\s+$`,
  "iu",
);

/** Scripts that write words without blanks. */
const OWNED_UNSPACED =
  /(?:黑客|攻击者|骗子|钱包|錢包|庄家|巨鲸|部署者|ハッカー|攻撃者|ウォレット|詐欺師|해커|공격자|지갑|사기꾼|고래)(?:的|の|의)?(?:地址|钱包|アドレス|ウォレット|주소|지갑)?(?:是|は|는|은)?[\s:：(（]*$/u;

const PAY = anyOf("donat\\w* tips? deposit(?:ed|s)? fund pay payment contribute send sent");
/** "donations welcome: 0x...", "tip jar 0x...": a person's own account. */
const SUPPORTED = new RegExp(
  `${BEGIN}(?:${anyOf("donations? donate tip~jar me~a~coffee sponsor support~(?:me|us|my)")}|` +
    "help\\s+(?:me\\s+)?(?:out\\s+)?with\\s+(?:the\\s+|some\\s+)?(?:gas|rent|fees|food|bills))" +
    "(?![\\p{L}])[^.;\\n$]{0,30}$|" +
    `${BEGIN}(?:${anyOf("donations? tip~jar coffee")})\\s[^.;\\n]{1,40}:\\s*$`,
  "iu",
);
/** An address that was the token's, or only says so: "old CA 0x...", "$DEMO is NOT 0x...". */
const DISOWNED = new RegExp(
  `${BEGIN}(?:${anyOf("old former previous deprecated legacy fake wrong scam beware~of")})\\s*` +
    `(?:${anyOf("the ca contract token mint address")}|[\\s:=(])*$|` +
    `${BEGIN}(?:${anyOf("is are was were")})\\s+not\\s+$|` +
    `${BEGIN}(?:${anyOf("isn['’]t aren['’]t wasn['’]t never")})\\s+$`,
  "iu",
);
const DISOWNED_BEHIND = new RegExp(
  "^[\\])'\"`*]*,?\\s+(?:it\\s+|which\\s+|that\\s+)?(?:" +
    "(?:is|was)\\s+(?:now\\s+|the\\s+)?(?:dead|old|deprecated|retired|obsolete|fake|an?\\s+" +
    "(?:copy|fake|imposter|impostor|imitation|clone)|not\\s+(?:the\\s+)?(?:real|official|ours))|" +
    "pretends?\\s+to\\s+be|impersonates?|imitates?|poses\\s+as)(?![\\p{L}])",
  "iu",
);

const FILLER_WORD = anyOf(
  "address addr addresses contract is was now at here the a an new same again only called named on",
  "of with my your our their its his her me it back to from by uses? used using biggest top main",
  "known unknown evm sol eth any chain",
);
const BEFORE_LENGTH = 80;

/** The word that names the role stands right before the address, signs and fillers between them. */
const FILLER = `(?:\\s|[:=\\-–—>→(\\[,'"\`*]|(?:${FILLER_WORD})(?=[\\s:=(]))*`;
const OWNED = new RegExp(
  `${BEGIN}(?:${OWNER}|${PAY})(?:'s)?(?:\\s*\\([^)]{0,30}\\))?${FILLER}$`,
  "iu",
);
/** "the scammer behind fake $X uses 0x...", "the biggest $X holder is 0x...". */
const LINKING = anyOf("is are was uses? used using called named at from");
const OWNED_LOOSELY = new RegExp(
  `${BEGIN}(?:${OWNER})(?:[^\\p{L}](?:[^.;\\n]{0,40}))?\\s(?:${LINKING})[:\\s]+$`,
  "iu",
);
/** "Attacker of $X: 0x...", and the lines "From: 0x..." and "To: 0x..." of a transfer. */
const OWNER_OF = new RegExp(
  `${BEGIN}(?:${OWNER})\\s+(?:of|behind|for)\\s+(?:the\\s+)?\\$?[\\p{L}\\d]+\\s*[:=]\\s*$|` +
    "(?:^|0x[0-9a-f]{40}|[1-9A-HJ-NP-Za-km-z]{32,44})\\s*(?:from|to)\\s*:\\s*$",
  "iu",
);

/** Where money or loot went, or whom one is asked to trust. */
const MOVES = anyOf(
  "sent send sends sending moved? moves moving transfer\\w* withdr[ae]w\\w* deposit\\w* bridged?",
  "swept drained? burn(?:ed|t|s)? flow(?:ed|s)? forward(?:ed)? paid pay dump(?:ed)? routed?",
  "mint(?:ed)? received? receives came comes go goes given granted role assigned",
);
const MOVED = new RegExp(
  `\\b(?:${MOVES})\\b[^.;\\n]{0,60}?\\b(?:${anyOf("to into from in through via")})\\s+$`,
  "i",
);
const KEPT = anyOf(
  "stolen loot(?:ed)? funds tokens supply sits? parked held holds? kept locked stored?",
);
const SITS = new RegExp(
  `\\b(?:${KEPT})\\b[^.;\\n]{0,60}?\\b(?:${anyOf("at in by on with")})\\s+$`,
  "i",
);
const APPROVE = /\b(?:approve|allowance|permission|permit|sign|signing)\b[^.;\n]{0,40}$/i;
const SENDS_BETWEEN = /\b(?:from|to)\s+$/i;
/** "0x... → 0x...: 12M $X", "750k $X left 0x... for an exchange": who sends, and who receives. */
const ARROW = "\\s*(?:→|➡|➜|->|=>|>>)\\uFE0F?\\s*";
const SENDER = new RegExp(`^${ARROW}(?:0x[0-9a-f]{6}|[1-9A-HJ-NP-Za-km-z]{32})`, "i");
const RECEIVER = new RegExp(
  `(?:0x[0-9a-f]{40}|[1-9A-HJ-NP-Za-km-z]{32,44})(?:${ARROW}|\\s+to\\s+)$`,
  "i",
);
const REPLACES = /migrat|swap|upgrad|replac|\b(?:old|new|v1)\b/i;
const LEFT = /\b(?:left|leaves|leaving)\s+$/i;
const PAIRED_WITH = /\b(?:with|against|vs\.?|versus|other side is|paired (?:with|to))\s+$|\/\s*$/i;

/** "contract 0x...", "CA: 0x...": the token's own, unless the word before says whose contract. */
const CONTRACT_WORD = anyOf(
  "ca contract token mint jetton coin smart~contract contract~address token~address",
  "contrato contrat vertrag contratto контракт kontrat kontrak kontrakt",
);
const CONTRACT = new RegExp(
  `${BEGIN}(?:${CONTRACT_WORD})\\s*(?:address|is|here)?\\s*[:=\\-–—>→👉👇📍🔗(\\[\`*"'\\s]*$`,
  "iu",
);
const CONTRACT_OF_OWNER = new RegExp(
  `${BEGIN}(?:${OWNER})(?:'s)?\\s+(?:${anyOf("contract token mint coin")})?\\s*(?:address|is)?` +
    "\\s*[:=(\\s]*$",
  "iu",
);

/** "blacklist 0x...", "I am 0x...", "unfreeze 0x...": whom the words mean. */
const ADDRESSED = new RegExp(
  `${BEGIN}(?:${anyOf(
    "blacklist(?:ed)? whitelist(?:ed)? exclude ban(?:ned)? block(?:ed)? froze freeze unfreeze",
    "flag(?:ged)?",
    "track(?:ing)? follow(?:ing)? copy-?trad\\w* i~am i['’]m",
  )})(?:\\s+(?:the|account|wallet|this|address))*\\s*:?\\s+$`,
  "iu",
);
/** "0x... bought": an account acts, a contract does not. */
const ACTION = anyOf(
  "sent sends bought buys sold sells moved moves transferred transfers swapped swaps withdrew",
  "withdraws deposited deposits dumped dumps bridged drained received receives holds held owns",
  "staked stakes paid pays funded launched deployed claimed claims accumulated aped signed minted",
  "burned unlocked unlocks selling buying dumping accumulating moving sending bridging",
);
const ADVERB = anyOf("just has have had also now then been is was keeps kept still");
const ACTS = new RegExp(`^[\\])'"\`*]*\\s+(?:(?:${ADVERB})\\s+)*(?:${ACTION})\\b`, "i");
/** "0x... is the hacker of $X". */
const IS_ACCOUNT = new RegExp(
  `^[\\])'"\`*]*\\s+(?:${anyOf("is was belongs~to looks~like seems~to~be")})\\s+` +
    `(?:[\\p{L}'-]+\\s+){0,2}(?:${OWNER})(?![\\p{L}])|` +
    "^,\\s+this\\s+(?:whale|wallet|trader|account|sniper)\\b",
  "iu",
);
const DEPLOYED_BY = /\b(?:deployed|created|launched|funded|controlled|owned|signed|made)\s+by\s+$/i;

/** An explorer's label of an account: "(Binance: Hot Wallet 14)", "(Railgun: Relay)". */
const LABELLED =
  /^\s*\((?=[^)]{0,60}:)(?![^)]*\b(?:token|coin|stablecoin|jetton)\b)[\p{L}\p{N} .:'-]{3,60}\)/iu;
/** "0x.../1234": one piece of a collection. */
const PIECE = /^(?:\/|\s?#)\d+/;

/**
 * Whether the words around an address say that it is a token's contract, or at least do not say
 * whose account it is. `at` and `end`: where the address stands in the text.
 */
export function mayBeContract(text: string, at: number, end: number): boolean {
  const line = text.slice(Math.max(0, at - BEFORE_LENGTH), at);
  const before = line.slice(line.search(/[^\n]*$/));
  const behind = text.slice(end, end + 70);
  if (DISOWNED.test(before) || DISOWNED_BEHIND.test(behind)) return false;
  if (CONTRACT.test(before)) return !CONTRACT_OF_OWNER.test(before);
  if (LABELLED.test(behind) || PIECE.test(behind)) return false;
  if (OWNED_ABROAD.test(before) || OWNED_UNSPACED.test(before)) return false;
  if (OWNED.test(before) || OWNED_LOOSELY.test(before)) return false;
  if (OWNER_OF.test(before) || ADDRESSED.test(before)) return false;
  if (DEPLOYED_BY.test(before) || IS_ACCOUNT.test(behind)) return false;
  if (MOVED.test(before) || SITS.test(before) || APPROVE.test(before)) return false;
  if (MOVED_ABROAD.test(before) || SUPPORTED.test(before)) return false;
  if (!REPLACES.test(before) && (SENDER.test(behind) || RECEIVER.test(before))) return false;
  if (LEFT.test(before) && /^\s+(?:for|to)\s/i.test(behind)) return false;
  if (SENDS_BETWEEN.test(before) && /\b(?:from|to)\b/i.test(behind)) return false;
  return !ACTS.test(behind);
}

/** Whether the words say that a token is traded against this address. */
export const isCounterpart = (text: string, at: number): boolean =>
  PAIRED_WITH.test(text.slice(Math.max(0, at - 30), at));
