import * as z from "zod";
import { guardedCall } from "../../http/provider-call.ts";
import type { ProviderLimits } from "../../http/provider-guard.ts";
import type { OutsideAnswer } from "../../http/request.ts";
import type { Verdict } from "../../http/verdict.ts";
import type { OpinionQuestion } from "../../model/opinion-question.ts";
import { type EnricherAnswer, enricher, NO_ANSWER, NOTHING_KNOWN } from "../enricher.ts";
import { messagesOf, PROMPT_VERSION, shownPost } from "./question.ts";
import { OPINIONS, type Opinion, readOpinion, writtenIn } from "./verdict.ts";

const Settings = z.object({
  AI_MODEL: z
    .string()
    .regex(/^@(cf|hf)\/[\w./-]+$/, "must be a model of Workers AI, such as @cf/vendor/model")
    .describe(
      "The model of Workers AI that gives a second opinion on posts that would change a state; " +
        "npm run deploy then binds it",
    ),
  AI_DAILY_CALLS: z.coerce
    .number()
    .int()
    .min(0)
    .default(500)
    .describe("So many opinions a day (UTC) are asked for at most"),
  AI_BASE_URL: z
    .url()
    .optional()
    .describe(
      "Where the model is called in place of the Worker's AI binding: npm start's emulator",
    ),
});
type Settings = z.output<typeof Settings>;

const PROVIDER = "workers-ai";
const TIMEOUT_MS = 10_000;
const MAX_BYTES = 20_000;
const FRESH_SECONDS = 6 * 3_600;
const KEEP_SECONDS = 24 * 3_600;
/** Without a verdict: the same words would get the same answer. */
const UNSAID_SECONDS = 3_600;

const limitsOf = ({ AI_DAILY_CALLS }: Settings): ProviderLimits => ({
  pace: { perMinute: 60, gapMs: 0 },
  dailyBudget: AI_DAILY_CALLS,
});

const Refusal = z.object({ errors: z.array(z.object({ code: z.number() })).min(1) });
/** Nothing that a call says changes them: no such model, terms not agreed to, account blocked. */
const MISCONFIGURED = new Set([3023, 3041, 3042, 5007, 5016, 5018]);

/** The codes of developers.cloudflare.com/workers-ai/platform/errors. */
function classify({ json }: Omit<OutsideAnswer, "verdict">): Verdict | undefined {
  const code = Refusal.safeParse(json).data?.errors[0]?.code;
  if (code === undefined) return undefined;
  const reason = `code ${code}`;
  if (code === 3036) return { kind: "quota", reason };
  if (code === 3040) return { kind: "throttled", reason };
  return MISCONFIGURED.has(code) ? { kind: "auth", reason } : undefined;
}

/** The address that the binding's stand-in for fetch reads the model from. */
const BINDING_URL = "https://workers-ai.invalid";

const noted = ({ verdict, confidence }: Opinion, { AI_MODEL }: Settings, post: string): string =>
  `${AI_MODEL} (prompt ${PROMPT_VERSION}) reads ${post} as ${verdict}, ` +
  `${Math.round(confidence * 100)} % sure`;

async function ask(
  question: OpinionQuestion,
  settings: Settings,
  ports: Parameters<typeof guardedCall>[2],
): Promise<EnricherAnswer> {
  const { AI_MODEL, AI_BASE_URL = BINDING_URL } = settings;
  const { verdict, json } = await guardedCall(
    {
      provider: PROVIDER,
      limits: limitsOf(settings),
      patienceMs: 2_000,
      cost: { want: 1, atLeast: 1 },
    },
    () => ({
      url: `${AI_BASE_URL}/run/${AI_MODEL}`,
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ messages: messagesOf(question), max_tokens: 80, temperature: 0 }),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      expect: "json",
      accepts: (answer) => writtenIn(answer) !== undefined,
      classify,
    }),
    ports,
  );
  if (verdict.kind === "quota") return NOTHING_KNOWN("the day's budget is used up");
  if (verdict.kind !== "ok") return NO_ANSWER(verdict);
  const opinion = readOpinion(writtenIn(json) ?? "", shownPost(question));
  if (opinion === undefined)
    return { ...NOTHING_KNOWN("the model gave no verdict"), freshSeconds: UNSAID_SECONDS };
  return {
    verdict,
    values: { ai_verdict: opinion.verdict, ai_confidence: opinion.confidence },
    notes: [noted(opinion, settings, question.evidenceId)],
    freshSeconds: FRESH_SECONDS,
  };
}

export const workersAi = enricher({
  name: PROVIDER,
  group: "ai",
  title: "Workers AI",
  docs: [
    "A second opinion on the one post that would change an event's state, by a language model.",
    "It is asked about no token and by no filter, and its facts do nothing unless a rule names",
    "them.",
  ].join(" "),
  provides: {
    ai_verdict: { type: "string", provider: "ai", values: OPINIONS },
    ai_confidence: { type: "number", provider: "ai", unit: "0..1", least: 0, most: 1 },
  },
  settings: Settings,
  keepSeconds: KEEP_SECONDS,
  limits: limitsOf,
  supports: () => false,
  ask: async () => NOTHING_KNOWN("it is asked about posts alone"),
  opinion: (settings) => ({
    via: `${settings.AI_MODEL}, prompt ${PROMPT_VERSION}`,
    model: settings.AI_MODEL,
    needsBinding: settings.AI_BASE_URL === undefined,
    ask: (question, ports) => ask(question, settings, ports),
  }),
});
