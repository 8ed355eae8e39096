import * as z from "zod";
import { VOCABULARY } from "../../../src/enrich/registry.ts";
import { parseJson } from "../../../src/kit/parse-json.ts";
import type { FactValues, ProviderFacts } from "../../../src/model/facts.ts";
import { canonicalAddress, type TokenRef } from "../../../src/model/mention.ts";
import { FactsInput, givenFacts } from "../../../src/rules/given-facts.ts";
import { UsageError } from "../../command.ts";

/**
 * What enrichment would have said of a token: one answer for each provider whose facts are given,
 * "missing" from the others.
 */
export type KnownFacts = (token: TokenRef, asOf: string) => ProviderFacts[];

const PROVIDERS = [...new Set(Object.values(VOCABULARY).map(({ provider }) => provider))].filter(
  (name) => name !== "event",
);

/** `warn` hears of facts that are not taken. A name that nobody knows is refused. */
export function readFacts(text: string, file: string, warn: (line: string) => void): KnownFacts {
  const byToken = mapValues(parsed(text, file), (values) => taken(values, file, warn));
  return (token, asOf) => {
    const values = valuesOf(byToken, token);
    return PROVIDERS.map((provider) => answer(provider, values, asOf)).filter(
      ({ provider, status }) => status === "fresh" || ASKED.has(provider),
    );
  };
}

type GivenFacts = z.output<typeof FactsInput>;

function taken(values: GivenFacts, file: string, warn: (line: string) => void): FactValues {
  const { facts, ignored } = givenFacts(values, VOCABULARY);
  const unknown = ignored.filter(({ name }) => VOCABULARY[name] === undefined);
  const said = unknown.map(({ message, suggestion = "" }) => `${message} ${suggestion}`.trim());
  if (said.length > 0) throw new UsageError(`${file}: ${said.join("; ")}`);
  for (const { message } of ignored) warn(`${file}: ignored: ${message}`);
  for (const name of Object.keys(facts).filter((fact) => VOCABULARY[fact]?.provider === "event"))
    warn(`${file}: ignored: ${name} is counted from the posts`);
  return facts;
}

const mapValues = <A, B>(fields: Record<string, A>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, change(value)]));

/** BigQuery is asked only where it is set up, so its silence is not a fault. */
const ASKED = new Set(["goplus", "dex"]);

/**
 * A flat object holds for every token; else each key is an address or a symbol, and "*" any other.
 */
function parsed(text: string, file: string): Record<string, GivenFacts> {
  const json = parseJson(text);
  if (json.kind === "malformed") throw new UsageError(`${file}: ${json.message}`);
  const flat = FactsInput.safeParse(json.value);
  if (flat.success) return { "*": flat.data };
  const nested = z.record(z.string(), FactsInput).safeParse(json.value);
  if (!nested.success) throw new UsageError(`${file}: ${z.prettifyError(nested.error)}`);
  return Object.fromEntries(
    Object.entries(nested.data).map(([key, values]) => [canonicalAddress(key), values]),
  );
}

function valuesOf(byToken: Record<string, FactValues>, { tokenCa, symbol }: TokenRef): FactValues {
  const own =
    (tokenCa === null ? undefined : byToken[canonicalAddress(tokenCa)]) ??
    (symbol === null ? undefined : byToken[symbol]);
  return own ?? byToken["*"] ?? {};
}

function answer(provider: string, values: FactValues, asOf: string): ProviderFacts {
  const own = Object.entries(values).filter(([name]) => VOCABULARY[name]?.provider === provider);
  const known = own.length > 0;
  return {
    provider,
    status: known ? "fresh" : "missing",
    asOf: known ? asOf : null,
    values: Object.fromEntries(own),
    notes: [],
    error: known ? null : "not asked",
  };
}
