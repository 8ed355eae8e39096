/** The parts of filtrex 3.1.0 that are taken over: files that its package ships without types. */
declare module "filtrex/dist/esnext/parser.mjs" {
  type Location = { range: [number, number] };
  export type Lexer = {
    options: { ranges?: boolean };
    rules: RegExp[];
    offset: number;
    yyleng: number;
    /** Answers the name of the token that a rule makes; undefined for white space. */
    performAction(
      yy: object,
      lexer: { yytext: string },
      rule: number,
      condition: string,
    ): string | undefined;
  };
  /** Shift (1) to a state, or reduce (2) by a production. */
  export type TableAction = readonly [kind: number, target: number];
  /** The symbol it makes, and of how many. */
  export type Production = readonly [symbol: number, length: number];
  type ParseFault = { loc?: Location };
  interface Parser {
    yy: object;
    lexer: Lexer;
    /** State and token to an action, or state and symbol to the next state. */
    table: Record<number, TableAction | number>[];
    defaultActions: Record<number, TableAction>;
    symbols_: Record<string, number>;
    productions_: (Production | 0)[];
    performAction: unknown;
    parseError(message: string, fault: ParseFault): never;
    parse(text: string): unknown;
  }
  export const parser: Parser;
}

declare module "filtrex/dist/esnext/utils.mjs" {
  export function num(value: unknown): number;
  export function str(value: unknown): string;
  export function numstr(value: unknown): number | string;
  export function bool(value: unknown): boolean;
  export function arr(value: unknown): unknown[];
  export function mod(a: number, b: number): number;
}

declare module "filtrex/dist/esnext/errors.mjs" {
  export class UnknownFunctionError extends ReferenceError {
    constructor(name: string);
  }
  export class UnknownPropertyError extends ReferenceError {
    constructor(name: string);
  }
  export class UnexpectedTypeError extends TypeError {
    constructor(expected: string, got: string);
  }
}
