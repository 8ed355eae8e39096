/**
 * The languages whose months are read. Croatian is none of them: its listopad is October, and that
 * of Poles and Czechs November.
 */
const LANGUAGES = [
  ..."en de de-AT fr es it pt nl ru uk pl cs sk sv da nb fi tr ro hu el bg id et lv lt ca".split(
    " ",
  ),
  ..."ar he hi th".split(" "),
];
/** Written by hand, and in no table: short forms of German, French, Spanish and Italian. */
const MORE: Readonly<Record<string, number>> = {
  mrz: 3,
  maerz: 3,
  feber: 2,
  sept: 9,
  setiembre: 9,
  juil: 7,
};
const STYLES = ["long", "short"] as const;

/** The form in which months are compared: no accents, no dots, in lower case. */
export const foldedWord = (word: string): string =>
  word
    .normalize("NFD")
    .replace(/\p{M}|\./gu, "")
    .toLowerCase();

function namesOf(language: string): [name: string, month: number][] {
  const formats = STYLES.flatMap((month) => [
    new Intl.DateTimeFormat(language, { month, timeZone: "UTC" }),
    // Beside a day many languages decline the month.
    new Intl.DateTimeFormat(language, { month, day: "numeric", timeZone: "UTC" }),
  ]);
  return formats.flatMap((format) =>
    Array.from({ length: 12 }, (_, month): [string, number] => {
      const parts = format.formatToParts(Date.UTC(2026, month, 15));
      const name = parts.find(({ type }) => type === "month")?.value ?? "";
      return [foldedWord(name), month + 1];
    }),
  );
}

type Months = ReadonlyMap<string, number>;

/** A name that two languages give to different months is left out. */
function unambiguous(names: readonly [name: string, month: number][]): Months {
  const months = new Map<string, Set<number>>();
  for (const [name, month] of names) months.set(name, (months.get(name) ?? new Set()).add(month));
  return new Map(
    [...months].flatMap(([name, [first, second]]) =>
      second === undefined && first !== undefined ? [[name, first] as const] : [],
    ),
  );
}

let tables: { names: Months; beginnings: Months } | undefined;

function monthTables(): { names: Months; beginnings: Months } {
  if (tables !== undefined) return tables;
  const known = [...LANGUAGES.flatMap(namesOf), ...Object.entries(MORE)].filter(([name]) =>
    /^\p{L}{3,}$/u.test(name),
  );
  tables = {
    names: unambiguous(known),
    beginnings: unambiguous(known.map(([name, month]) => [name.slice(0, SHORT_FORM), month])),
  };
  return tables;
}

const SHORT_FORM = 3;
const ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const ENGLISH_WORD =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$/;

/** 1 to 12, or undefined for a word that names no month, or two. */
export function monthOf(word: string): number | undefined {
  const folded = foldedWord(word);
  if (ENGLISH_WORD.test(folded)) return ENGLISH.indexOf(folded.slice(0, SHORT_FORM)) + 1;
  const { names, beginnings } = monthTables();
  return names.get(folded) ?? beginnings.get(folded);
}
