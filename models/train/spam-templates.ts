import { readFileSync } from "node:fs";
import { seeded } from "./rows.ts";

/** A post made from a template. `template` is the line that it comes from: the unit of folds. */
export type TemplateRow = {
  text: string;
  spam: boolean;
  kind: string;
  language: string;
  template: string;
};

type Random = () => number;
const pick = <T>(list: readonly T[], random: Random): T =>
  list[Math.floor(random() * list.length)] as T;
const wordsOf = (text: string) => text.trim().split(/\s+/);

const SYMBOLS = wordsOf(`
  $LUNARA $TIDE $HARBOR $QUILL $MOSS $AURA $DEMO $PIXEL $EMBER $FROGGO $NIMBUS $MOONX $KOVA $BTC
  $ETH $SOL $PEPE $WIF $LINK $ARB $XRP $DOGE $TSLA $AAPL $COIN $JUP $W $BONK $OP $SUI
`);
const NAMES = wordsOf(`
  Harriet Delgado Petrov Anneke Okafor Lindqvist Moreau Castell Bianchi Hudson Mirela Tanaka
  Whitfield Rosalind Ferreira Kessler Amara Novak Sinclair Beaumont
`);
const HANDLES = wordsOf("@fund_tracer @coach_lin @helpdesk_team @alpha_desk @mr_fix @desk_agent");
const SITE_WORDS = wordsOf(`
  claim portal wallet sync rewards dapp rectify verify node airdrop bonus event official secure
  connect swap vault stake drop check get my app token bridge help desk refund prime fast
`);
const SITE_ENDS = wordsOf(".example .app .xyz .io .com .net .org .finance .site .live");
/** Most are new names, so that no model learns one by heart. */
const siteOf = (random: Random): string =>
  `${pick(SITE_WORDS, random)}-${pick(SITE_WORDS, random)}${pick(SITE_ENDS, random)}`;
/** Ordinary words, in no order, for made-up recovery phrases. */
const PHRASE_WORDS = wordsOf(`
  anchor basket candle dolphin engine forest garden hammer island jacket kitten ladder magnet
  napkin orange pencil quarter ribbon saddle ticket umbrella velvet walnut yellow zebra bridge
  copper desert effort fabric glance hollow insect jungle knife lemon mirror nature oyster planet
`);
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const HEX = "0123456789abcdef";

const letters = (alphabet: string, length: number, random: Random) =>
  Array.from({ length }, () => pick([...alphabet], random)).join("");
/** An invented address: EVM or Solana by its form. */
const addressOf = (random: Random): string =>
  random() < 0.5 ? `0x${letters(HEX, 40, random)}` : letters(BASE58, 44, random);

const SLOTS: Record<string, (random: Random) => string> = {
  SYM: (random) => pick(SYMBOLS, random),
  ADDR: addressOf,
  SITE: siteOf,
  NAME: (random) => pick(NAMES, random),
  AT: (random) => pick(HANDLES, random),
  N: (random) => String(1 + Math.floor(random() * 9)),
  K: (random) => pick(["500", "2,000", "5,000", "7500", "12,000", "40k", "100,000"], random),
  SEED: (random) => Array.from({ length: 12 }, () => pick(PHRASE_WORDS, random)).join(" "),
};

/** Fills the innermost brackets until none is left. */
function filled(template: string, random: Random): string {
  let text = template;
  while (text.includes("{"))
    text = text.replace(/\{([^{}]*)\}/g, (_, inside: string) =>
      inside.includes("|")
        ? pick(inside.split("|"), random)
        : (SLOTS[inside]?.(random) ?? unknownSlot(inside, template)),
    );
  return text
    .replace(/\bAT\b/g, () => pick(HANDLES, random))
    .replace(/\bADDR\b/g, () => addressOf(random))
    .replace(/ {2,}/g, " ")
    .trim();
}

function unknownSlot(name: string, template: string): never {
  throw new Error(`unknown slot {${name}} in the template: ${template}`);
}

/** Writers change case and punctuation: some posts begin small, some have no commas. */
function varied(text: string, random: Random): string {
  const way = random();
  if (way < 0.15) return text.charAt(0).toLowerCase() + text.slice(1);
  if (way < 0.25) return text.replaceAll(",", "");
  if (way < 0.3) return text.replaceAll(", ", ". ");
  if (way < 0.4) return `${text}!`;
  return way < 0.5 ? `${text}.` : text;
}

const SECTION = /^\[(\S+) (\S+) (spam|ham)\]$/;

/** The files of models/data/ that hold templates. */
export const TEMPLATE_FILES = ["spam-templates", "honest-prose"] as const;
export type TemplateFile = (typeof TEMPLATE_FILES)[number];

/** `each` different posts of every template of a file of models/data/. Deterministic. */
export function readTemplates(name: TemplateFile, each: number): TemplateRow[] {
  const file = new URL(`../data/${name}.txt`, import.meta.url);
  const random = seeded(7);
  let section = { kind: "", language: "", spam: false };
  const rows: TemplateRow[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "" || line.startsWith("# ")) continue;
    const [, kind, language, label] = SECTION.exec(line) ?? [];
    if (kind && language) {
      section = { kind, language, spam: label === "spam" };
      continue;
    }
    const texts = new Set<string>();
    for (let i = 0; i < 3 * each && texts.size < each; i++)
      texts.add(varied(filled(line, random), random));
    for (const text of texts) rows.push({ ...section, text, template: line });
  }
  return rows;
}
