import * as z from "zod";
import { parseJson } from "../../../src/api/json.ts";
import { VOCABULARY } from "../../../src/enrich/registry.ts";
import { FactValue, type FactValues, type ProviderFacts } from "../../../src/model/facts.ts";
import { canonicalAddress, type TokenRef } from "../../../src/model/mention.ts";
import { UsageError } from "../../command.ts";

/**
 * What enrichment would have said of a token: one answer for each provider whose facts are given,
 * "missing" from the others.
 */
export type KnownFacts = (token: TokenRef, asOf: string) => ProviderFacts[];

const Values = z.record(z.string(), z.union([FactValue, z.boolean().transform(Number)]));
const PROVIDERS = [...new Set(Object.values(VOCABULARY).map(({ provider }) => provider))].filter(
  (name) => name !== "event",
);

export function readFacts(text: string, file: string): KnownFacts {
  const byToken = parsed(text, file);
  const unknown = Object.values(byToken).flatMap((values) =>
    Object.keys(values).filter((name) => VOCABULARY[name] === undefined),
  );
  if (unknown.length > 0) throw new UsageError(`${file}: no fact is called ${unknown.join(", ")}`);
  return (token, asOf) => {
    const values = valuesOf(byToken, token);
    return PROVIDERS.map((provider) => answer(provider, values, asOf)).filter(
      ({ provider, status }) => status === "fresh" || ASKED.has(provider),
    );
  };
}

/** BigQuery is asked only where it is set up, so its silence is not a fault. */
const ASKED = new Set(["goplus", "dex"]);

/**
 * A flat object holds for every token; else each key is an address or a symbol, and "*" any other.
 */
function parsed(text: string, file: string): Record<string, FactValues> {
  const json = parseJson(text);
  if (json.kind === "malformed") throw new UsageError(`${file}: ${json.message}`);
  const flat = Values.safeParse(json.value);
  if (flat.success) return { "*": flat.data };
  const nested = z.record(z.string(), Values).safeParse(json.value);
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
