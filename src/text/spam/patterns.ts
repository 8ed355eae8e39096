/** Verbs and forms in the languages that the sources bring, as alternatives of a pattern. */
export const oneOf = (...lines: string[]) => `(?:${lines.join("|")})`;

/** A pattern of words that no letter touches. */
export const wholeWord = (...lines: string[]) => new RegExp(`\\b${oneOf(...lines)}\\b`);

/** Where a pattern first matches. */
export const found = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[0];
