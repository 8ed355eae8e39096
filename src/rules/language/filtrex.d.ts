/** The parts of filtrex 3.1.0 that are taken over: files that its package ships without types. */
declare module "filtrex/dist/esnext/parser.mjs" {
  type Location = { range: [number, number] };
  export type Lexer = {
    options: { ranges?: boolean };
    rules: RegExp[];
    offset: number;
    yyleng: number;
    performAction: unknown;
    /** What is still to be read. */
    _input: string;
    /** The rules that are tried, in order, by their places. */
    _currentRules(): readonly number[];
  };
  type ParseFault = { loc?: Location };
  interface Parser {
    yy: object;
    lexer: Lexer;
    table: unknown;
    symbols_: Record<string, number>;
    productions_: unknown[];
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
