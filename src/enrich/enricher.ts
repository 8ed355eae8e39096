import type * as z from "zod";
import type { TokenCache } from "../google/access-token.ts";
import type { GuardedPorts } from "../http/provider-call.ts";
import type { ProviderLimits } from "../http/provider-guard.ts";
import type { Verdict } from "../http/verdict.ts";
import type { FactValues, FactVocabulary } from "../model/facts.ts";
import type { TokenRef } from "../model/mention.ts";
import type { OpinionQuestion } from "../model/opinion-question.ts";
import type { RawVariables } from "../settings/define.ts";
import { readPluginSettings, type SwitchedOff } from "../settings/plugin.ts";
import type { FeatureStore } from "../store/features.ts";

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

/** DexScreener's search, or one that answers as it does. */
export type TokenSearch = { baseUrl: string };

/** What one enricher may be asked about a post, where all others are asked about a token. */
export type PostOpinion = {
  /** Who answers, for explanations: the model and the version of the question. */
  via: string;
  model: string;
  /** It is reached through the Worker's AI binding. */
  needsBinding: boolean;
  /** Never throws for anything the model does. */
  ask(question: OpinionQuestion, ports: AskPorts): Promise<EnricherAnswer>;
};

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
  /** Where a token is looked up of which only the symbol is known, if the provider can. */
  search?(settings: z.output<S>): TokenSearch;
  /** An enricher that has it gives opinions on posts, and is asked about no token. */
  opinion?(settings: z.output<S>): PostOpinion;
  /** Never throws for anything the provider does. */
  ask(token: KnownToken, settings: z.output<S>, ports: AskPorts): Promise<EnricherAnswer>;
};

export type EnricherSwitch =
  | {
      kind: "on";
      limits: ProviderLimits;
      search?: TokenSearch;
      opinion?: PostOpinion;
      ask(token: KnownToken, ports: AskPorts): Promise<EnricherAnswer>;
    }
  | SwitchedOff;

/** One provider of facts, in one file: its name, settings, behaviour and docs. */
export type Enricher = Pick<
  Spec<z.ZodType>,
  "name" | "group" | "title" | "docs" | "provides" | "keepSeconds" | "supports"
> & {
  settings: z.ZodObject;
  settingNames: string[];
  providers: string[];
  /** Reads its settings; without what it needs it is off, and says so. Called by src/settings/parse.ts alone. */
  configure(variables: RawVariables): EnricherSwitch;
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
    settings: spec.settings,
    settingNames: Object.keys(spec.settings.shape),
    providers: spec.providers ?? [name],
    configure(variables) {
      const read = readPluginSettings(spec.settings, variables);
      if (read.kind === "off") return read;
      const { settings } = read;
      return {
        kind: "on",
        limits: spec.limits(settings),
        ...(spec.search !== undefined && { search: spec.search(settings) }),
        ...(spec.opinion !== undefined && { opinion: spec.opinion(settings) }),
        ask: (token, ports) => spec.ask(token, settings, ports),
      };
    },
  };
}
