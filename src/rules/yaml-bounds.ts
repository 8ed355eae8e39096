export type YamlFault = { at: number; message: string };

const MAX_NESTING = 20;
/**
 * What parsing costs by: lines, fields, collections, tags, anchors. 300 rules of half a dozen
 * fields fit, and are read within 50 ms.
 */
const MARKS = { pattern: /[\n,&!]|[:?]\s/g, most: 4_000, said: "lines, fields and tags" };
const BRACKETS = { pattern: /[{[]/g, most: 1_000, said: "opening brackets" };

/** Why a text is not given to the YAML reader: it would cost too much. A cheap look alone. */
export function yamlTooCostly(text: string): YamlFault | undefined {
  if (nestsTooDeep(text)) return { at: 0, message: `nests deeper than ${MAX_NESTING} levels` };
  const bound = [MARKS, BRACKETS].find(
    ({ pattern, most }) => (text.match(pattern)?.length ?? 0) > most,
  );
  return bound && { at: 0, message: `has more than ${bound.most} ${bound.said}` };
}

/** Brackets and indentation, before a parser that recurses is asked. */
function nestsTooDeep(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = bracket === "[" || bracket === "{" ? open + 1 : Math.max(0, open - 1);
    if (open > MAX_NESTING * 10) return true;
  }
  return /^(?:[ ]*-[ ]){20}|^[ ]{400}|(?:\?\s){20}/m.test(text);
}
