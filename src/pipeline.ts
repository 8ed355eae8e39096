import { mergeFacts } from "./enrich/facts.ts";
import { type GatheredEvidence, gather, NOTHING, tallyOf } from "./events/gather.ts";
import type { DraftRows } from "./events/rows.ts";
import { summarise } from "./events/summarise.ts";
import { TEXT_BOUNDS, type TextLikeness } from "./events/texts.ts";
import {
  FILTER_MODELS,
  type FilterModels,
  type FilterSettings,
  type FilterVerdict,
  filter,
} from "./filter/filter.ts";
import { iso } from "./kit/time.ts";
import type { ChannelConfig } from "./model/channel-config.ts";
import type { OutboxDraft } from "./model/delivery.ts";
import type { EventFacts, FactValues, ProviderFacts } from "./model/facts.ts";
import type { Mention } from "./model/mention.ts";
import type { Post } from "./model/post.ts";
import type { RawPost } from "./model/raw-post.ts";
import type { Signal } from "./model/signal.ts";
import { identified, rememberedContract } from "./model/subject.ts";
import { planDeliveries } from "./outbox/plan.ts";
import { planStream } from "./outbox/plan-stream.ts";
import { REFINE_MODELS, type RefineModels, type RefineSettings, refine } from "./refine/refine.ts";
import { NO_TENANT_ROUTES, type Routes, type TenantRoutes } from "./routing/routes.ts";
import { stateCause } from "./rules/explain.ts";
import { type RuleError, type Ruleset, scoreRules } from "./rules/score.ts";
import type { Change } from "./store/events.ts";
import type { Judgement } from "./store/posts.ts";
import { bandsOf } from "./text/near-duplicate/bands.ts";
import { isNearDuplicate } from "./text/near-duplicate/fingerprint.ts";

/*
 * The table of contents, in the order in which data meets it:
 *
 *   judge    RawPost -> dropped with a reason | a Post with one Mention per token  (filter, refine)
 *   enrich   Token -> ProviderFacts  (enrich)
 *   decide   what is known + mentions + facts + rules -> one Change to commit
 *            (events, rules, outbox)
 *   deliver  outbox id -> done | later | dlq  (outbox, channels)
 *
 * judge and decide are pure. What acts on their answers: queues/posts.ts, events/event-actor.ts.
 */
export { enrich } from "./enrich/enrich.ts";
export { deliver } from "./outbox/deliver.ts";

export type JudgeSettings = { filter: FilterSettings; refine: RefineSettings };
export type JudgeResult =
  | { kind: "keep"; post: Post; judgement: Judgement }
  | { kind: "drop"; judgement: Judgement & { outcome: "dropped" } };

/** The models that judging asks; each may fail without losing the post. */
export type JudgeModels = { filter: FilterModels; refine: RefineModels };

/**
 * Runs one step of the judgement, and times it. In production the clock stands still while code
 * computes: there these steps take no time.
 */
export type JudgeWatch = <T>(stage: "filter" | "refine", step: () => T) => T;
const UNWATCHED: JudgeWatch = (_, step) => step();
const JUDGE_MODELS: JudgeModels = { filter: FILTER_MODELS, refine: REFINE_MODELS };

/** The filter, which spares the listed authors from being dropped as spam. */
export const filterPost = (
  raw: RawPost,
  settings: JudgeSettings,
  models: FilterModels = FILTER_MODELS,
): FilterVerdict => filter(raw, { authors: settings.refine.authors, ...settings.filter }, models);

/**
 * Whether a post is worth anyone's attention, and what it speaks of. A post that names no token is
 * dropped too: it is evidence of nothing.
 */
export function judge(
  raw: RawPost,
  settings: JudgeSettings,
  models: JudgeModels = JUDGE_MODELS,
  watch: JudgeWatch = UNWATCHED,
): JudgeResult {
  const ref = { source: raw.source, id: raw.id };
  const verdict = watch("filter", () => filterPost(raw, settings, models.filter));
  if (verdict.kind === "drop") {
    const { lang, spam, reason, evidence } = verdict;
    return {
      kind: "drop",
      judgement: {
        ...ref,
        lang,
        spam,
        sentiment: null,
        fingerprint: null,
        outcome: "dropped",
        reason,
        evidence,
      },
    };
  }
  const refined = watch("refine", () => refine(raw, verdict, settings.refine, models.refine));
  const post = raw.quiet
    ? { ...refined, mentions: refined.mentions.map((mention) => ({ ...mention, quiet: true })) }
    : refined;
  const seen = {
    ...ref,
    lang: post.lang,
    spam: post.spam,
    sentiment: post.sentiment,
    fingerprint: post.fingerprint,
  };
  if (post.mentions.length === 0) {
    return {
      kind: "drop",
      judgement: {
        ...seen,
        outcome: "dropped",
        reason: "no_token",
        evidence: "names no token, cashtag or contract address",
      },
    };
  }
  return {
    kind: "keep",
    post,
    judgement: {
      ...seen,
      outcome: "pending",
      eventKeys: post.mentions.map((mention) => mention.eventKey),
    },
  };
}

/** An event as the object of its key holds it between commits: never ahead of the database. */
export type KnownEvent = { rev: number; gathered: GatheredEvidence; signal: Signal | null };
export const UNKNOWN_EVENT: KnownEvent = { rev: 0, gathered: NOTHING, signal: null };

/** How the texts of an event are compared. */
export const LIKENESS: TextLikeness = { same: isNearDuplicate, bandsOf, bounds: TEXT_BOUNDS };

/** What an event becomes once its change is committed: rows on top of those known before. */
export type DecidedEvent = { gathered: { rows: DraftRows }; signal: Signal };

export type DecisionInput = {
  mentions: readonly Mention[];
  answers: ProviderFacts[];
  rules: Ruleset;
  channels: ChannelConfig[];
  now: number;
  /** Left out or null: each channel is notified by its own filter alone. */
  routes?: Routes | null;
  /** The same of other tenants, for their channels. */
  tenantRoutes?: TenantRoutes;
  /** Whether channels of the kind get every revision of an event; none does when it is left out. */
  isStream?(kind: string): boolean;
  /** The traceparent that it belongs to where no mention brings one: facts came late. */
  trace?: string | undefined;
  /** A model's, on the post that would change the state. Its values replace the last one's. */
  opinion?: ProviderFacts | undefined;
};

/** A message names so many traces at most; the first one it continues. */
const MAX_TRACES = 16;

/** The traces of the posts that set a notification off, the one that it continues first. */
const tracesOf = (mentions: readonly Mention[], trace: string | undefined): string[] => {
  const traces = new Set(mentions.flatMap((mention) => mention.trace ?? []));
  if (traces.size === 0 && trace !== undefined) return [trace];
  return [...traces].slice(0, MAX_TRACES);
};

/**
 * Whether people are notified of the event: not while all that is known of it was backfilled. Its
 * first live post then announces the state that it has reached by then, so that a backfill does not
 * use up the notification of its window.
 */
const isHeard = (gathered: GatheredEvidence): boolean => (tallyOf(gathered)?.loud ?? 0) > 0;

const hasValues = (answer: ProviderFacts | undefined): answer is ProviderFacts =>
  answer !== undefined && Object.keys(answer.values).length > 0;

const traced = (drafts: OutboxDraft[], traces: string[]): OutboxDraft[] =>
  traces.length === 0
    ? drafts
    : drafts.map((draft) => ({ ...draft, payload: { ...draft.payload, traces } }));

export type Decision = {
  change: Change;
  after: DecidedEvent;
  errors: RuleError[];
  /** The state changed for those who listen: the channels that want it have rows in `change`. */
  announces: boolean;
};

/**
 * What changes when mentions and facts meet an event: the event counted anew from all its evidence,
 * the signal scored anew, and a notification for each channel when the state changed. Known or new,
 * there must be at least one mention. `after` becomes true only once `change` is committed.
 * `errors`: rules that could not be evaluated and added nothing.
 */
export function decide(
  before: KnownEvent,
  {
    mentions,
    answers,
    rules,
    channels,
    now,
    trace,
    routes = null,
    tenantRoutes = NO_TENANT_ROUTES,
    isStream = () => false,
    opinion,
  }: DecisionInput,
): Decision {
  const { gathered, fresh } = gather(before.gathered, mentions, LIKENESS);
  const { event: summed, facts: counted } = summarise(gathered);
  const at = iso(now);
  const held = hasValues(opinion) ? opinion : before.signal?.facts.opinion;
  const said = held === opinion ? [opinion] : [held, opinion];
  const merged = mergeFacts(counted, [...answers, ...said.filter((each) => !!each)], at);
  const known: FactValues = {
    ...merged.values,
    ...rememberedContract(before.signal?.facts.values, merged.values),
  };
  const event = identified(summed, known);
  const facts: EventFacts = {
    ...merged,
    values: { ...known, chain: event.chain, symbol: event.symbol },
    ...(held && { opinion: held }),
  };
  const previousState = before.signal?.state ?? null;
  const verdict = scoreRules(rules, facts.values, previousState);
  const changed = verdict.state !== (previousState ?? "candidate");
  const stateSince = changed
    ? { at, by: stateCause(rules, facts.values, verdict) }
    : before.signal?.facts.stateSince;
  const signal: Signal = {
    eventKey: event.eventKey,
    state: verdict.state,
    previousState,
    score: verdict.score,
    level: verdict.level,
    riskLevel: verdict.riskLevel,
    reasons: verdict.reasons,
    missing: verdict.missing,
    facts: { ...facts, ...(stateSince && verdict.state !== "candidate" && { stateSince }) },
    degraded: facts.degraded.length > 0,
    onchainAsofTs: facts.origin.active_addrs_24h?.asOf ?? null,
    onchainConfidence:
      typeof facts.values.onchain_confidence === "number" ? facts.values.onchain_confidence : null,
    rulesVersion: rules.sha,
    transition: (before.signal?.transition ?? 0) + (changed ? 1 : 0),
    ts: at,
  };
  const heard = isHeard(before.gathered) ? before.signal : null;
  const people = channels.filter(({ kind }) => !isStream(kind));
  const streams = channels.filter(({ kind }) => isStream(kind));
  const notifications = isHeard(gathered)
    ? planDeliveries(heard, signal, event, people, rules.notify, now, routes, tenantRoutes)
    : [];
  const planned = [...notifications, ...planStream(signal, event, before.rev + 1, streams, now)];
  const outbox = planned.length === 0 ? [] : traced(planned, tracesOf(fresh, trace));
  return {
    change: {
      expectedRev: before.rev,
      before: before.signal && { state: before.signal.state, score: before.signal.score },
      event,
      evidence: fresh,
      signal,
      outbox,
      at,
    },
    announces: isHeard(gathered) && signal.transition !== (heard?.transition ?? 0),
    after: { gathered, signal },
    errors: verdict.errors,
  };
}
