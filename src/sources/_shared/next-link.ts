/** The next page that a Link header names: `<https://a.test/?page=2>; rel="next"`. */
export const linkedNext = (link: string): string | undefined =>
  /<([^<>]*)>\s*;[^,<]*\brel="?next\b/i.exec(link)?.[1];
