import type * as z from "zod";
import type { TokenCache } from "../google/access-token.ts";
import type { GuardedPorts } from "../http/provider-call.ts";
import type { ProviderLimits } from "../http/provider-guard.ts";
import type { Verdict } from "../http/verdict.ts";
import type { FactValues, FactVocabulary } from "../model/facts.ts";
import type { TokenRef } from "../model/mention.ts";
import type { FeatureStore } from "../model/onchain-features.ts";
import { filledIn, settingsProblem } from "../settings/define.ts";

/** Settings as they come from the environment: each adapter reads its own. */
export type EnricherEnv = Readonly<Record<string, unknown>>;

/** A token whose contract address is known: the only kind that providers can be asked about. */
export type KnownToken = TokenRef & { tokenCa: string };

export type AskPorts = GuardedPorts & { tokens: TokenCache; features: FeatureStore };

/**
 * An adapter's answer. ok: complete · partial: use it and ask again · empty: the provider knows
 * nothing of the token · others: no answer.
 */
export type EnricherAnswer = {
  verdict: Verdict;
  values: FactValues;
  /** Reasons for values, for people. */
  notes: string[];
  /** How long the answer is fresh. */
  freshSeconds: number;
  /** The time that the values describe, when it is not now. */
  asOf?: string;
};

export const NO_ANSWER = (verdict: Verdict): EnricherAnswer => ({
  verdict,
  values: {},
  notes: [],
  freshSeconds: 0,
});
/** "Nothing known" is cached for a short time only, because new tokens get listed. */
export const NOTHING_KNOWN = (reason: string): EnricherAnswer => ({
  verdict: { kind: "empty", reason },
  values: {},
  notes: [],
  freshSeconds: 300,
});

type Spec<S extends z.ZodType> = {
  /** Its name in metrics, breaker and pace. */
  name: string;
  /**
   * Providers of one group replace each other, in the order of the registry. Rules and the
   * `missing` table name the group.
   */
  group: string;
  title: string;
  /** For operators: keys, cost, limits. */
  docs: string;
  /** The facts it can give. A new enricher adds its own names. */
  provides: FactVocabulary;
  settings: S;
  /** How long a stale answer may be used while the provider is down. */
  keepSeconds: number;
  /** Names under which its calls are paced and counted; by default its own name. */
  providers?: string[];
  limits(settings: z.output<S>): ProviderLimits;
  supports(token: KnownToken): boolean;
  /** Never throws for anything the provider does. */
  ask(token: KnownToken, settings: z.output<S>, ports: AskPorts): Promise<EnricherAnswer>;
};

export type EnricherSwitch =
  | {
      kind: "on";
      limits: ProviderLimits;
      ask(token: KnownToken, ports: AskPorts): Promise<EnricherAnswer>;
    }
  | { kind: "off"; why: string };

/** One provider of facts, in one file: its name, settings, behaviour and docs. */
export type Enricher = Pick<
  Spec<z.ZodType>,
  "name" | "group" | "title" | "docs" | "provides" | "keepSeconds" | "supports"
> & {
  /** Names of its settings. */
  settingNames: string[];
  providers: string[];
  /** Reads its settings; without what it needs it is off, and says so. */
  configure(env: EnricherEnv): EnricherSwitch;
};

export function enricher<Shape extends z.ZodRawShape>(spec: Spec<z.ZodObject<Shape>>): Enricher {
  const { name, group, title, docs, provides, keepSeconds, supports } = spec;
  return {
    name,
    group,
    title,
    docs,
    provides,
    keepSeconds,
    supports,
    settingNames: Object.keys(spec.settings.shape),
    providers: spec.providers ?? [name],
    configure(env) {
      const read = spec.settings.safeParse(filledIn(env));
      if (!read.success) return { kind: "off", why: settingsProblem(read.error) };
      const settings = read.data;
      return {
        kind: "on",
        limits: spec.limits(settings),
        ask: (token, ports) => spec.ask(token, settings, ports),
      };
    },
  };
}
