import { checkLength, spendSteps } from "./budget.ts";

/** Larger programs than any rule needs. What a match costs is bounded by the scoring's budget. */
const MAX_STEPS = 500;
const MAX_REPEAT = 100;

/** A pattern as it can be matched in time proportional to text × pattern, whatever the text. */
export type LinearPattern =
  | { kind: "pattern"; test: (text: string) => boolean }
  | { kind: "refused"; message: string };

/**
 * Reads a JavaScript regular expression (no flags) without look-around and back-references, and
 * matches it by running all its alternatives side by side (Thompson's construction), so that no
 * pattern can backtrack: `(a+)+$` costs what `a+$` costs. One character is still judged by the
 * JavaScript engine itself, so that classes and escapes mean what they mean there.
 */
export function linearPattern(source: string): LinearPattern {
  try {
    new RegExp(source);
    const program: Step[] = [];
    const ended = readAlternatives({ source, at: 0 }, program);
    if (ended.at < source.length)
      throw new SyntaxError(`unmatched ${source[ended.at]} at character ${ended.at + 1}`);
    program.push({ op: "match" });
    return { kind: "pattern", test: (text) => run(program, checkLength(text)) };
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault;
    return { kind: "refused", message: fault.message };
  }
}

type Step =
  | { op: "one"; is: (char: string) => boolean }
  | { op: "fork"; a: number; b: number }
  | { op: "jump"; to: number }
  | { op: "assert"; holds: (text: string, at: number) => boolean }
  | { op: "match" };

type Cursor = { source: string; at: number };

function emit(program: Step[], step: Step): number {
  if (program.length >= MAX_STEPS)
    throw new SyntaxError(`the pattern is too large (more than ${MAX_STEPS} steps)`);
  return program.push(step) - 1;
}

/** a|b|c: fork to the first, else to the rest; each jumps past the end. */
function readAlternatives(cursor: Cursor, program: Step[]): Cursor {
  const branches: Step[][] = [];
  for (;;) {
    const branch: Step[] = [];
    readSequence(cursor, branch);
    branches.push(branch);
    if (cursor.source[cursor.at] !== "|") break;
    cursor.at += 1;
  }
  appendAlternatives(program, branches);
  return cursor;
}

function appendAlternatives(program: Step[], branches: Step[][]): void {
  const jumps = branches.map((branch, i) => {
    if (i === branches.length - 1) {
      append(program, branch);
      return -1;
    }
    const fork = emit(program, { op: "fork", a: program.length + 1, b: -1 });
    append(program, branch);
    const jump = emit(program, { op: "jump", to: -1 });
    program[fork] = { op: "fork", a: fork + 1, b: program.length };
    return jump;
  });
  for (const jump of jumps) if (jump >= 0) program[jump] = { op: "jump", to: program.length };
}

/** Copies a fragment to the end of the program; its targets are relative to its own start. */
function append(program: Step[], fragment: Step[]): void {
  const base = program.length;
  for (const step of fragment) {
    if (step.op === "fork") emit(program, { op: "fork", a: step.a + base, b: step.b + base });
    else if (step.op === "jump") emit(program, { op: "jump", to: step.to + base });
    else emit(program, step);
  }
}

function readSequence(cursor: Cursor, program: Step[]): void {
  while (cursor.at < cursor.source.length && !"|)".includes(cursor.source[cursor.at] ?? "")) {
    const atom: Step[] = [];
    readAtom(cursor, atom);
    appendRepeated(program, atom, readQuantifier(cursor));
  }
}

type Quantifier = { least: number; most: number };

function readQuantifier(cursor: Cursor): Quantifier {
  const found = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(cursor.source.slice(cursor.at));
  if (!found) return { least: 1, most: 1 };
  cursor.at += found[0].length;
  const [, sign, low, comma, high] = found;
  if (sign)
    return { least: sign === "+" ? 1 : 0, most: sign === "?" ? 1 : Number.POSITIVE_INFINITY };
  const least = Number(low);
  const most = comma === undefined ? least : high === "" ? Number.POSITIVE_INFINITY : Number(high);
  if (least > MAX_REPEAT || (most !== Number.POSITIVE_INFINITY && most > MAX_REPEAT))
    throw new SyntaxError(`repeats more than ${MAX_REPEAT} times`);
  return { least, most };
}

function appendRepeated(program: Step[], atom: Step[], { least, most }: Quantifier): void {
  for (let i = 0; i < least; i++) append(program, atom);
  if (most === Number.POSITIVE_INFINITY) {
    const fork = emit(program, { op: "fork", a: program.length + 1, b: -1 });
    append(program, atom);
    emit(program, { op: "jump", to: fork });
    program[fork] = { op: "fork", a: fork + 1, b: program.length };
    return;
  }
  const forks: number[] = [];
  for (let i = least; i < most; i++) {
    forks.push(emit(program, { op: "fork", a: program.length + 1, b: -1 }));
    append(program, atom);
  }
  for (const fork of forks) program[fork] = { op: "fork", a: fork + 1, b: program.length };
}

function readAtom(cursor: Cursor, program: Step[]): void {
  const { source } = cursor;
  const rest = source.slice(cursor.at);
  const group = /^\((\?:)?(?!\?)/.exec(rest);
  if (group) {
    cursor.at += group[0].length;
    readAlternatives(cursor, program);
    cursor.at += 1;
    return;
  }
  const assertion = /^(?:[$^]|\\[bB])/.exec(rest)?.[0];
  if (assertion) {
    cursor.at += assertion.length;
    emit(program, { op: "assert", holds: ASSERTIONS[assertion] ?? never });
    return;
  }
  const one =
    /^(?:\[(?:\\.|[^\]\\])*\]|\\(?:u[\da-fA-F]{4}|x[\da-fA-F]{2}|[dDwWsSnrtfv]|[^\w])|[^\\()[\]{}])/s.exec(
      rest,
    )?.[0];
  if (!one) throw new SyntaxError(`${describe(rest)} is not supported in a pattern`);
  cursor.at += one.length;
  const class_ = new RegExp(`^${one}$`);
  emit(program, {
    op: "one",
    is: one.length === 1 && one !== "." ? (char) => char === one : (char) => class_.test(char),
  });
}

function describe(rest: string): string {
  if (/^\(\?<?[=!]/.test(rest)) return "look-around";
  if (/^\(\?</.test(rest)) return "a named group";
  if (/^\\[1-9k]/.test(rest)) return "a back-reference";
  return JSON.stringify(rest.slice(0, 2));
}

const never = () => false;
const wordAt = (text: string, at: number) => /\w/.test(text.charAt(at));
const boundary = (text: string, at: number) => wordAt(text, at - 1) !== wordAt(text, at);
const ASSERTIONS: Record<string, (text: string, at: number) => boolean> = {
  "^": (_text, at) => at === 0,
  $: (text, at) => at === text.length,
  "\\b": boundary,
  "\\B": (text, at) => !boundary(text, at),
};

/**
 * Keeps the set of steps that can be reached at each character; a step enters the set once, so the
 * work is bounded by its size.
 */
function run(program: readonly Step[], text: string): boolean {
  let current = new Set<number>();
  for (let at = 0; at <= text.length; at++) {
    if (reach(program, 0, text, at, current)) return true;
    spendSteps(current.size);
    const next = new Set<number>();
    const char = text.charAt(at);
    for (const pc of current) {
      const step = program[pc];
      if (
        step?.op === "one" &&
        at < text.length &&
        step.is(char) &&
        reach(program, pc + 1, text, at + 1, next)
      )
        return true;
    }
    current = next;
  }
  return false;
}

/**
 * Adds every step that `from` leads to without reading a character. True when that is the end of
 * the pattern.
 */
function reach(
  program: readonly Step[],
  from: number,
  text: string,
  at: number,
  into: Set<number>,
): boolean {
  const open = [from];
  for (let pc = open.pop(); pc !== undefined; pc = open.pop()) {
    if (into.has(pc)) continue;
    into.add(pc);
    const step = program[pc];
    if (step?.op === "match") return true;
    if (step?.op === "fork") open.push(step.b, step.a);
    else if (step?.op === "jump") open.push(step.to);
    else if (step?.op === "assert" && step.holds(text, at)) open.push(pc + 1);
  }
  return false;
}
