/** The values that names stand for, by slot. */
export type EvaluationFrame = readonly unknown[];
/** Throws filtrex's error classes when a value has the wrong type. */
export type Evaluate = (frame: EvaluationFrame) => unknown;

/** What the language leaves open: where names lead, and what null means. */
export type LanguageDialect = {
  /** The place of a name in the frame. */
  slot(name: string): number;
  /** What a name stands for, given what is in its slot. */
  read(value: unknown, name: string): unknown;
  property(name: string): (object: unknown) => unknown;
  functions: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  /** A compiled `~=` pattern; called once for a literal. */
  matcher(pattern: string): (text: string) => boolean;
  /**
   * True for a value that stands for "not known": whatever is computed from it is null, by
   * three-valued logic. filtrex itself knows none.
   */
  unknown(value: unknown): boolean;
};
