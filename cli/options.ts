import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { nearestName } from "../src/kit/nearest-name.ts";
import { UsageError } from "./command.ts";

/**
 * node:util's parseArgs, with its complaints as UsageError. Options are strict; what is left are
 * the arguments.
 */
export function parseOptions<T extends ParseArgsOptionsConfig>(args: string[], config: T) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: config,
      allowPositionals: true,
      strict: true,
    });
    return { values, positionals };
  } catch (error) {
    throw new UsageError(optionProblem(error, Object.keys(config)));
  }
}

/** What parseArgs threw, in words; of an option that is none, the one that was meant, or all. */
export function optionProblem(error: unknown, names: readonly string[]): string {
  const { code, message } = error as Error & { code?: string };
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return message;
  const [, given = ""] = /'(--?[^']*)'/.exec(message) ?? [];
  const near = nearestName(given.replace(/^-+/, ""), names);
  const known = names.map((name) => `--${name}`).join(", ");
  const hint = near ? `did you mean --${near}?` : known && `it takes ${known}`;
  return `there is no option ${given}${hint && `; ${hint}`}`;
}

/** A whole number in an option. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(
    `--${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`,
  );
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of 90s, 30m, 24h or 7d. */
export function span(name: string, text: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count === undefined)
    throw new UsageError(`--${name} must be a span like 24h, not ${JSON.stringify(text)}`);
  return Number(count) * (UNITS[unit] ?? 0);
}

/** An ISO 8601 time, or a span back from now: 90s, 30m, 24h, 7d. */
export function instant(name: string, text: string, now: number): string {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined)
    return new Date(now - Number(count) * (UNITS[unit] ?? 0)).toISOString();
  const at = Date.parse(text);
  if (/^\d{4}-/.test(text) && Number.isFinite(at)) return new Date(at).toISOString();
  throw new UsageError(
    `--${name} must be a time like 2026-01-15T10:00:00Z, or a span like 24h, not ` +
      `${JSON.stringify(text)}`,
  );
}
