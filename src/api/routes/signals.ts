import * as z from "zod";
import { wireName } from "../../kit/case.ts";
import { FactValue } from "../../model/facts.ts";
import { currentKey } from "../../model/mention.ts";
import { Level, RiskLevel, SignalState } from "../../model/scalars.ts";
import { Signal, SignalReason } from "../../model/signal.ts";
import type { EventStore } from "../../store/events.ts";
import type { RowPage } from "../../store/paging.ts";
import { type ApiSettings, mayRead } from "../context.ts";
import { problem } from "../problem.ts";
import { asFilter, ListQuery, readPaging } from "../query.ts";
import { linesOf } from "../reply.ts";
import { type ApiRoute, route } from "../route.ts";
import { EXAMPLE_EVENT } from "./examples.ts";

export type SignalPorts = {
  settings: Pick<ApiSettings, "publicRead">;
  store: Pick<EventStore, "signals" | "signalLines" | "signal">;
  /** Every rule, matched or not, for the facts stored with the signal. */
  explain(signal: Signal): Promise<z.input<typeof Explanation>>;
};

/** Links of older versions name contracts of the EVM by their chain. */
export const EventKeyParams = z.object({
  eventKey: z.string().transform(currentKey),
});

export const SignalShown = Signal.omit({ facts: true }).extend({
  type: FactValue,
  chain: FactValue,
  symbol: FactValue,
  featuresSnapshot: Signal.shape.facts,
});

/** Of GET /signals: what a list shows. The facts are most of a signal, and are asked for by name. */
export const SignalSummary = SignalShown.omit({
  featuresSnapshot: true,
  onchainAsofTs: true,
  onchainConfidence: true,
  rulesVersion: true,
  transition: true,
}).extend({
  reasons: z.array(SignalReason.pick({ score: true, text: true })),
  evidenceCount: z.number().nullable(),
  /** Keys of other events that are about the same token, in the same window. */
  related: z.array(z.string()),
});

const FIELDS = Object.keys(SignalShown.shape).map(wireName);
/** `?fields=score,features_snapshot`: these and event_key. */
const FieldsQuery = z
  .string()
  .transform((text) => text.split(","))
  .refine((names) => names.every((name) => FIELDS.includes(name)), {
    error: `must name fields with commas between: ${FIELDS.join(", ")}`,
  })
  .nullable()
  .default(null);
const SignalsQuery = ListQuery.extend({
  fields: FieldsQuery,
  order: z.enum(["latest", "id"]).default("latest"),
});
const SignalListed = z.union([SignalSummary, SignalShown.partial().required({ eventKey: true })]);

const Part = z.object({ text: z.string(), value: z.unknown(), error: z.string().optional() });
const Fact = z.object({
  name: z.string(),
  value: z.unknown(),
  provider: z.string().nullable(),
  asOf: z.string().nullable(),
  ageSeconds: z.number().nullable(),
});

export const ScoreShown = z.object({
  score: z.number(),
  level: Level,
  state: SignalState,
  riskLevel: RiskLevel,
  reasons: z.array(SignalReason),
  missing: z.array(z.string()),
  errors: z.array(z.object({ rule: z.string(), message: z.string() })),
  shadow: z.array(SignalReason),
  notify: z.boolean(),
});

export const ExplanationShown = z.object({
  rulesVersion: z.string(),
  evaluatedAt: z.string(),
  verdict: ScoreShown,
  rules: z.array(
    z.object({
      rule: z.string(),
      group: z.string(),
      stage: z.enum(["live", "shadow"]),
      outcome: z.enum(["matched", "unmatched", "failed"]),
      score: z.number(),
      reason: z.string(),
      /** Of the condition: null and empty for callers who may not read the operations. */
      condition: z.string().nullable(),
      why: z.string().nullable(),
      parts: z.array(Part),
      facts: z.array(Fact),
    }),
  ),
  states: z.array(
    z.object({
      state: z.string(),
      condition: z.string().nullable(),
      value: z.unknown(),
      /** It is the signal's state from before, and facts that would judge it again are missing. */
      held: z.boolean(),
      why: z.string().nullable(),
      parts: z.array(Part),
    }),
  ),
});

const StoredFigures = z.object({
  score: z.number(),
  level: Level,
  riskLevel: RiskLevel,
  state: SignalState,
});

export const StoredExplanationShown = ExplanationShown.extend({
  stored: StoredFigures,
  recomputed: StoredFigures,
  agree: z.boolean(),
});

/** The second: rules that scored it and are not stored any more. */
export const Explanation = z.union([
  StoredExplanationShown,
  z.object({ rulesVersion: z.string(), error: z.string() }),
]);

/**
 * What the public may know: which rules matched, for what reason and by which facts, not how their
 * conditions are written.
 */
export function publicExplanation(
  explained: z.input<typeof Explanation>,
): z.input<typeof Explanation> {
  if (!("rules" in explained)) return explained;
  const hidden = { condition: null, why: null, parts: [] };
  return {
    ...explained,
    verdict: { ...explained.verdict, errors: [], shadow: [] },
    rules: explained.rules.map((rule) => ({ ...rule, ...hidden })),
    states: explained.states.map((state) => ({ ...state, ...hidden })),
  };
}

export const noEvent = (eventKey: string): Response =>
  problem(404, `There is no event ${JSON.stringify(eventKey.slice(0, 300))}.`);

export const signalRoutes = ({ store, explain, settings }: SignalPorts): ApiRoute[] => [
  route({
    method: "GET",
    path: "/signals",
    access: "feed",
    tenants: "shared",
    tag: "feed",
    operationId: "listSignals",
    summary:
      "Signals in short, the latest first; ?fields= names what to answer instead. " +
      "?order=id walks " +
      "them so that none is missed.",
    query: SignalsQuery,
    answer: z.object({ signals: z.array(SignalListed), nextCursor: z.string().nullable() }),
    status: 200,
    example: { query: { chain: "eth", limit: "10" } },
    async handle({ query }) {
      const { fields, order } = query;
      return readPaging(query, async (paging) =>
        fields === null
          ? linesOf("signals", await store.signalLines(asFilter(query), { ...paging, order }))
          : chosenPage(
              fields,
              await store.signals(asFilter(query), {
                ...paging,
                order,
                ...(!fields.includes("features_snapshot") && { facts: FACTS_CHOSEN }),
              }),
            ),
      );
    },
  }),
  route({
    method: "GET",
    path: "/signals/:eventKey",
    access: "feed",
    tenants: "shared",
    tag: "feed",
    operationId: "getSignal",
    summary: "One signal.",
    params: EventKeyParams,
    answer: SignalShown,
    status: 200,
    example: { params: { eventKey: EXAMPLE_EVENT } },
    async handle({ params: { eventKey } }) {
      const signal = await store.signal(eventKey);
      return signal === undefined ? noEvent(eventKey) : signalOnWire(signal);
    },
  }),
  route({
    method: "GET",
    path: "/signals/:eventKey/explain",
    access: "feed",
    tenants: "shared",
    tag: "feed",
    operationId: "explainSignal",
    heavy: true,
    summary:
      "Every rule, matched or not, with each value, its age and its provider; whether the stored " +
      "score is the recomputed one. Conditions ask for the scope operations.",
    params: EventKeyParams,
    answer: Explanation,
    status: 200,
    example: { params: { eventKey: EXAMPLE_EVENT } },
    async handle({ params: { eventKey }, context }) {
      const signal = await store.signal(eventKey);
      if (signal === undefined) return noEvent(eventKey);
      const explained = await explain(signal);
      return mayRead("operations", context.get("caller"), settings.publicRead)
        ? explained
        : publicExplanation(explained);
    },
  }),
];

/**
 * The seed calls the stored facts `features_snapshot`; type, chain and symbol are among them and
 * repeated on top for filtering by eye.
 */
export function signalOnWire({ facts, ...signal }: Signal): z.input<typeof SignalShown> {
  const { type = null, chain = null, symbol = null } = facts.values;
  return { ...signal, type, chain, symbol, featuresSnapshot: facts };
}

/** The facts that fields are made of. */
const FACTS_CHOSEN = ["type", "chain", "symbol"];

const chosenPage = (fields: readonly string[], { items, nextCursor }: RowPage<Signal>) => ({
  signals: items.map((signal) => chosenFields(signal, fields)),
  nextCursor,
});

function chosenFields(signal: Signal, fields: readonly string[]): z.input<typeof SignalListed> {
  const whole = Object.entries(signalOnWire(signal));
  const chosen = whole.filter(([name]) => fields.includes(wireName(name)));
  return { ...Object.fromEntries(chosen), eventKey: signal.eventKey };
}
