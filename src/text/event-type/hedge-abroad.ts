/**
 * How other languages deny, suppose, ask and remember. Each entry is a list of alternatives of a
 * pattern; a blank between two of them parts them, `~` is a blank within one.
 */
const anyOf = (...lists: string[]): string =>
  lists.join(" ").trim().split(/\s+/).join("|").replaceAll("~", "\\s+");

const WORD_BEGIN = "(?<![\\p{L}\\p{N}])";

const DENIALS = anyOf(
  "desm[ie]+nt\\p{L}* niegan? nega(?:m|ndo)? neg[óo]u? falsas?~alarmas? (?:es|era)~mentira",
  "nadie~(?:ha~)?rob\\p{L}* no~(?:hubo|fue|fueron|ha~sido|han~sido|está)~?(?:ningún|ninguna)?",
  "alarme~falso (?:é|era)~mentira ninguém~roub\\p{L}* não~(?:houve|foi|foram)",
  "dément\\p{L}* fausses?~(?:alertes?|rumeurs?|infos?) personne~n['’]a n['’]a~pas~été",
  "n['’]ont~pas~été aucun~(?:hack|vol|piratage|fonds?)",
  "dementier\\p{L}* bestreit\\p{L}* fehlalarm falschmeldung nicht~(?:gehackt|gestohlen|gelistet)",
  "keine?n?~(?:hack|angriff|exploit|verluste?|listing)",
  "smenti\\p{L}* falso~allarme non~(?:è|e['’])~stat[oa] nessun[oa]?~(?:hack|attacco|furto)",
  "опров\\p{L}* слух\\p{L}* ложн\\p{L}+~тревог\\p{L}* никто~(?:ничего~)?не",
  "фейк\\p{L}* не~взломал\\p{L}*",
  "средства~в~безопасности деньги~(?:\\S+~){0,2}целы",
  "спрост\\p{L}* чутк\\p{L}* не~злам\\p{L}* zaprzecz\\p{L}* plotk\\p{L}* fałszywy~alarm",
  "nie~(?:został\\p{L}*|zhakowano|skradziono)",
  "yalanla\\p{L}* asılsız yalan hacklenmedi çalınmadı söylenti\\p{L}*",
  "membantah hoaks? tidak~(?:diretas|dicuri) phủ~nhận tin~giả không~bị",
);
const UNSPACED_DENIALS =
  "没有?被|未被|并未|并没有|否认|辟谣|闢謠|谣言|謠言|不实|不屬實|不属实|假消息|误报|否定|デマ|誤報|事実無根|" +
  "されていない|されていません|盗まれてい(?:ない|ません)|부인|사실\\s?무근|오보|해킹.{0,6}(?:아니|않)|" +
  "نفى|تنفي|ينفي|إشاعة|شائعة|لم\\s+يتم|अफवाह|खंडन";

/** The words of another language deny what they name. */
export const DENIED_ABROAD = new RegExp(`${WORD_BEGIN}(?:${DENIALS})|${UNSPACED_DENIALS}`, "iu");

const OLD_YEAR = "20(?:1\\d|2[0-4])(?!\\d)";
const SUPPOSITIONS = anyOf(
  "ojalá imagin[ae]\\p{L}* si~algún~día hace~\\p{L}+~años el~año~pasado podrían? supuest\\p{L}+",
  `cu[áa]ndo~(?:\\p{L}+~)?(?:binance|coinbase|kraken|listan?) en~${OLD_YEAR} em~${OLD_YEAR}`,
  "tomara se~algum~dia há~\\p{L}+~anos ano~passado poderia supostamente",
  "quando~(?:a~)?(?:binance|coinbase|kraken|listam?) será~que",
  "j['’]espère si~jamais il~y~a~\\p{L}+~ans l['’]an~dernier l['’]année~dernière pourrait",
  "quand~(?:binance|coinbase|kraken) est-ce~que",
  "hoffentlich stellt?~(?:dir|euch)~vor vor~\\p{L}+~jahren letztes~jahr angeblich\\p{L}* könnte",
  "wann~(?:listet|kommt) ob~\\$",
  "speriamo se~mai anni~fa l['’]anno~scorso presunt\\p{L}+ potrebbe",
  "если надеюсь представь\\p{L}* год(?:а|ов)?~назад прошл\\p{L}+~год\\p{L}* якобы говорят~что",
  `когда~(?:binance|бинанс|листинг|залист\\p{L}+) в~${OLD_YEAR}`,
  "якщо сподіваюсь років~тому торік gdyby oby lat~temu rzekom\\p{L}+",
  "keşke umarım geçen~yıl yıl~önce eğer iddia\\p{L}* ne~zaman",
  "semoga andai tahun~lalu kapan năm~ngoái năm~trước nếu khi~nào",
);
const UNSPACED_SUPPOSITIONS =
  `(?:${OLD_YEAR})\\s?年|去年|前年|年前|如果|要是|假如|希望|什么时候|啥时候|会不会|是不是|是否|据传|` +
  "传闻|听说|もし|いつ|かもしれ|らしい|だったら|만약|언제|작년|년\\s?전|라면|루머|소문|लगता है|काश";

/** The words of another language suppose, wish, ask or remember what they name. */
export const SUPPOSED_ABROAD = new RegExp(
  `${WORD_BEGIN}(?:${SUPPOSITIONS})|${UNSPACED_SUPPOSITIONS}`,
  "iu",
);
