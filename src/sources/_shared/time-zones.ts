/**
 * Minutes ahead of UTC for names that mean one offset everywhere, or that RFC 822 defines. IST, BST
 * and AST are none of them: each is used in several parts of the world.
 */
const OFFSETS: Readonly<Record<string, number>> = {
  z: 0,
  zulu: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  wet: 0,
  west: 60,
  cet: 60,
  mez: 60,
  met: 60,
  cest: 120,
  mesz: 120,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  msd: 240,
  trt: 180,
  cat: 120,
  eat: 180,
  wat: 60,
  sast: 120,
  pkt: 300,
  npt: 345,
  ict: 420,
  wib: 420,
  wita: 480,
  wit: 540,
  hkt: 480,
  sgt: 480,
  myt: 480,
  pht: 480,
  awst: 480,
  jst: 540,
  kst: 540,
  acst: 570,
  acdt: 630,
  aest: 600,
  aedt: 660,
  nzst: 720,
  nzdt: 780,
  brt: -180,
  brst: -120,
  clt: -240,
  clst: -180,
  pet: -300,
  nst: -210,
  ndt: -150,
  adt: -180,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  akst: -540,
  akdt: -480,
  hst: -600,
  art: -180,
  uyt: -180,
  cot: -300,
  uzt: 300,
  yekt: 300,
  novt: 420,
  irkt: 480,
  vlat: 600,
};
/** Names in full, also of zones whose initials mean several. */
const FULL_NAMES: Readonly<Record<string, string | number>> = {
  "coordinated universal": 0,
  "greenwich mean": 0,
  "western european": "wet",
  "western european summer": "west",
  "central european": "cet",
  "central european standard": "cet",
  "central european summer": "cest",
  "eastern european": "eet",
  "eastern european standard": "eet",
  "eastern european summer": "eest",
  "british summer": 60,
  "irish standard": 60,
  "moscow standard": "msk",
  "arabian standard": 180,
  "gulf standard": 240,
  "pakistan standard": 300,
  "india standard": 330,
  indochina: 420,
  "china standard": 480,
  "hong kong": 480,
  "singapore standard": 480,
  "japan standard": "jst",
  "korea standard": "kst",
  "australian eastern standard": "aest",
  "australian eastern daylight": "aedt",
  "new zealand standard": "nzst",
  "new zealand daylight": "nzdt",
  "atlantic standard": -240,
  "atlantic daylight": "adt",
  "eastern standard": "est",
  "eastern daylight": "edt",
  "central standard": "cst",
  "central daylight": "cdt",
  "mountain standard": "mst",
  "mountain daylight": "mdt",
  "pacific standard": "pst",
  "pacific daylight": "pdt",
  "alaska standard": "akst",
  "alaska daylight": "akdt",
  "hawaii standard": "hst",
  "brasilia standard": "brt",
};

/** "Pacific Standard Time". */
function fullNameOffset(name: string): number | undefined {
  const [, words = ""] = /^([a-z ]+) time$/.exec(name) ?? [];
  const known = Object.hasOwn(FULL_NAMES, words) ? FULL_NAMES[words] : undefined;
  return typeof known === "string" ? OFFSETS[known] : known;
}

const MINUTE_MS = 60_000;
const MOST_AHEAD = 14 * 60;

function numericOffset(text: string): number | undefined {
  const [, sign, hours, minutes = "0"] = /^([+-])\s?(\d{1,2}):?(\d{2})?$/.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const offset = Number(hours) * 60 + Number(minutes);
  return offset <= MOST_AHEAD && Number(minutes) < 60
    ? (sign === "-" ? -1 : 1) * offset
    : undefined;
}

const MAX_FORMATS = 50;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Formats are dear, and a feed names one zone in all of its items. Throws for an unknown zone. */
function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(timeZone, format);
  return format;
}

/** The offset in minutes that a place of the IANA list has at a time of its own clock. */
function placeOffset(zone: string, local: number): number | undefined {
  try {
    const format = formatFor(zone);
    const at = (instant: number): number => {
      const parts = format.formatToParts(instant);
      const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
      return numericOffset(name.replace("GMT", "")) ?? 0;
    };
    return at(local - at(local) * MINUTE_MS);
  } catch {
    return undefined;
  }
}

/**
 * The offset in minutes that a zone stands for: "+0100", "GMT+1", "EST" or "Europe/Berlin";
 * undefined when it has no meaning, or several. `local` is the time beside it, as if it were UTC.
 */
export function zoneOffset(zone: string, local: number): number | undefined {
  const text = zone.trim();
  // POSIX names such as EST5EDT stand in the list of places too.
  if (/^(?:[a-z]+\/[a-z_/+-]+\d*|[a-z]{3}\d[a-z]{3})$/i.test(text)) return placeOffset(text, local);
  const name = text.toLowerCase();
  if (Object.hasOwn(OFFSETS, name)) return OFFSETS[name];
  // Go and Ruby write the zone's name behind its offset.
  const [, offset] = /^(?:gmt|utc|ut)?\s*([+-]\s?[\d:]+)(?: [a-z]{1,5})?$/.exec(name) ?? [];
  return offset === undefined ? fullNameOffset(name) : numericOffset(offset);
}
