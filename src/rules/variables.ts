/**
 * The settings that rules may read. Anything else in the environment, keys above all, stays out of
 * reach.
 */
const READABLE = "RULES_*, THETA_* or MARKET_RISK_*";
const ALLOWED = /^(?:RULES|THETA|MARKET_RISK)_[A-Z0-9_]+$/;
export const isAllowed = (name: string): boolean => ALLOWED.test(name);
const REFERENCE = /\$\{([^}:]*)(?::([^}]*))?\}/g;
const NUMBER = /^-?\d+(\.\d+)?$/;
/** Text that cannot end a string or start an operator, wherever in a condition it lands. */
const PLAIN = /^[A-Za-z0-9 _.-]{0,100}$/;

export type SubstituteResult = {
  text: string;
  used: Record<string, string>;
  faults: { message: string; at: number }[];
  /** Each reference, with the characters of the new text that stand for it. */
  references: VariableReference[];
  /** Where a character of the new text stood in the old one. */
  origin(at: number): number;
};

export type VariableReference = {
  name: string;
  fallback: string | undefined;
  span: readonly [start: number, end: number];
};

/**
 * Replaces `${NAME:default}`. The default gives the type: where it is a number, only a number may
 * take its place, so a setting can move a threshold but never rewrite a condition.
 */
export function substituteVariables(
  text: string,
  variables: Readonly<Record<string, string>>,
): SubstituteResult {
  const used: Record<string, string> = {};
  const faults: SubstituteResult["faults"] = [];
  const references: VariableReference[] = [];
  const shifts: { from: number; source: number; end: number; sourceEnd: number }[] = [];
  let built = "";
  let read = 0;
  for (const found of text.matchAll(REFERENCE)) {
    const [whole, name = "", fallback] = found;
    const value = Object.hasOwn(variables, name) && ALLOWED.test(name) ? variables[name] : fallback;
    const message = faultOf(name, value, fallback);
    if (message) faults.push({ message, at: found.index });
    else used[name] = value ?? "";
    built += text.slice(read, found.index);
    const from = built.length;
    built += value ?? "";
    references.push({ name, fallback, span: [from, built.length] });
    read = found.index + whole.length;
    shifts.push({ from, source: found.index, end: built.length, sourceEnd: read });
  }
  return {
    text: built + text.slice(read),
    used,
    faults,
    references,
    origin: (at) => originOf(at, shifts),
  };
}

function originOf(
  at: number,
  shifts: { from: number; source: number; end: number; sourceEnd: number }[],
): number {
  let shift = 0;
  for (const s of shifts) {
    if (at < s.from) break;
    if (at < s.end) return s.source;
    shift = s.sourceEnd - s.end;
  }
  return at + shift;
}

function faultOf(
  name: string,
  value: string | undefined,
  fallback: string | undefined,
): string | undefined {
  if (!ALLOWED.test(name))
    return `\${${name}} is not a setting that rules may read: use ${READABLE}`;
  if (value === undefined)
    return `${name} is not set and has no default: write \${${name}:default}`;
  if (fallback !== undefined && NUMBER.test(fallback) && !NUMBER.test(value))
    return `${name} must be a number, but is "${value}"`;
  if (!PLAIN.test(value)) return `${name} may hold letters, digits, spaces, _ . and - only`;
  return undefined;
}
