import type { CacheEntry } from "../../concurrency/layered-cache.ts";
import { iso } from "../../kit/time.ts";
import { ProviderFacts } from "../../model/facts.ts";
import type { OpinionQuestion } from "../../model/opinion-question.ts";
import type { AskPorts, EnricherSwitch, PostOpinion } from "../enricher.ts";
import type { ResolvePorts } from "../resolve.ts";
import { questionKey } from "./question.ts";

export type OpinionPorts = AskPorts &
  Pick<ResolvePorts, "cache" | "flight"> & {
    opinion: PostOpinion;
    patient: boolean;
    defer(work: Promise<unknown>): void;
    onCache?(provider: string, result: "hit" | "miss"): void;
  };

/** The group, as rules and the `missing` table know it. */
const AI = "ai";
const KEEP_SECONDS = 24 * 3_600;
const PATIENCE_MS = 800;
/** For an answer that a cache may have. */
const GLANCE_MS = 50;

/** The first enricher that gives opinions and is on. */
export function opinionOf(switches: ReadonlyMap<string, EnricherSwitch>): PostOpinion | null {
  for (const state of switches.values())
    if (state.kind === "on" && state.opinion !== undefined) return state.opinion;
  return null;
}

/**
 * A model's opinion on a post, waited for 800 ms at most and hardly where `patient` is false. What
 * comes later is cached, and "missing"
 * for now: the event looks again. A spent budget and an answer without a verdict are "empty", and
 * asking again would not help. Never throws.
 */
export async function askOpinion(
  question: OpinionQuestion,
  ports: OpinionPorts,
): Promise<ProviderFacts> {
  const began = ports.now();
  const facts = (
    status: ProviderFacts["status"],
    more: Partial<ProviderFacts> = {},
  ): ProviderFacts => ({
    ...{ provider: AI, via: ports.opinion.via, status, asOf: null, values: {}, notes: [] },
    ...{ error: null, ...more },
  });
  const key = questionKey(ports.opinion.model, question);
  const held = async (): Promise<ProviderFacts | null> => {
    const known: CacheEntry<ProviderFacts> | null = await ports.cache.get(
      key,
      (stored) => ProviderFacts.safeParse(stored).data,
    );
    return known !== null && known.freshUntil > ports.now() ? known.value : null;
  };
  const fill = async (): Promise<ProviderFacts> => {
    const { verdict, values, notes, freshSeconds } = await ports.opinion.ask(question, ports);
    const said = verdict.kind === "ok";
    if (!said && verdict.kind !== "empty")
      return facts("missing", { error: `${verdict.kind}: ${verdict.reason}` });
    const answer = said
      ? facts("fresh", { asOf: iso(ports.now()), values, notes })
      : facts("empty", { error: verdict.reason });
    await ports.cache.put(key, answer, freshSeconds, said ? KEEP_SECONDS : freshSeconds);
    return answer;
  };
  const look = async (): Promise<ProviderFacts> => {
    const known = await held();
    ports.onCache?.(AI, known === null ? "miss" : "hit");
    return known ?? ports.flight(key, fill, held, ({ status }) => status !== "missing");
  };
  const work = look().catch(() => facts("missing", { error: "fault in the adapter" }));
  const patience = ports.sleep(ports.patient ? PATIENCE_MS : GLANCE_MS);
  const first = await Promise.race([work, patience.then(() => "late" as const)]);
  if (first !== "late") return { ...first, ms: ports.now() - began };
  ports.defer(work);
  return facts("missing", { error: "late", ms: ports.now() - began });
}
