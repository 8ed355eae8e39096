import { isStreamKind } from "../../src/channels/registry.ts";
import { sharedFlight } from "../../src/concurrency/shared-flight.ts";
import { type EnrichPorts, groupsOf, searchOf } from "../../src/enrich/enrich.ts";
import { askOpinion, opinionOf } from "../../src/enrich/opinion/opinion.ts";
import { ENRICHERS } from "../../src/enrich/registry.ts";
import { reportFacts } from "../../src/enrich/report.ts";
import { afterCommit, expectDeliveries } from "../../src/events/after-commit.ts";
import { commitLaneOf } from "../../src/events/commit-lane.ts";
import type { EventPorts } from "../../src/events/event-actor.ts";
import { returnMentions } from "../../src/intake/resend.ts";
import type { RuntimePorts } from "../../src/observability/runtime.ts";
import { enrich } from "../../src/pipeline.ts";
import type { Bindings } from "../env.ts";
import { bindingFetch } from "../platform/ai.ts";
import { isolateOf, type SharedIsolate } from "./isolate.ts";
import {
  type ComposedPorts,
  type DeferWork,
  delivererOf,
  guardedPorts,
  placementOf,
  queuesOf,
  runtimePorts,
  sleepFor,
  spacedBroadcaster,
  spacedMetricsFlusher,
  sweeperOf,
  uuid,
} from "./shared.ts";

export function composeEvent(env: Bindings, defer: DeferWork): ComposedPorts<EventPorts> {
  const isolate = isolateOf(env);
  const ports: EventPorts = {
    ...runtimePorts(isolate),
    store: {
      ...isolate.store,
      commit: async (change) =>
        env.COMMITS.getByName(
          commitLaneOf(change.event.eventKey, isolate.settings.core.COMMIT_LANES),
          placementOf(isolate),
        ).commit(change),
    },
    enrich: measuredEnrich(enrichPorts(env, isolate, defer), isolate),
    ...opinionPorts(env, isolate, defer),
    rules: (eventKey) => isolate.rules.forEvent(eventKey),
    isStream: isStreamKind,
    pause: () => sleepFor(0),
    sleep: sleepFor,
    defer,
    returnMentions: returnMentions(queuesOf(env).mentions),
    channels: (since) => isolate.channels.get(since),
    routes: (tenant) => isolate.routesOf(tenant).current(),
    expectDeliveries: expectDeliveries({ now: isolate.now, wakeSweeper: sweeperOf(env).wake }),
    afterCommit: afterCommit({
      ...runtimePorts(isolate),
      deliveries: env.DELIVERIES,
      deliver: delivererOf(env, isolate),
      defer,
      broadcast: spacedBroadcaster(env, isolate, defer),
    }),
  };
  return { ports, flush: spacedMetricsFlusher(env, isolate, defer) };
}

const enrichPorts = (env: Bindings, isolate: SharedIsolate, defer: DeferWork): EnrichPorts => ({
  ...guardedPorts(env, isolate),
  groups: groupsOf(ENRICHERS, isolate.settings.enrichers),
  cache: isolate.cache,
  onCache: (provider, result) => isolate.telemetry.count("cache_total", { provider, result }),
  flight: sharedFlight({
    redis: isolate.redis,
    sleep: sleepFor,
    now: Date.now,
    underway: isolate.underway,
    holder: uuid(),
    defer,
  }),
  defer,
  tokens: isolate.tokens,
  features: isolate.features,
  search: searchOf(isolate.settings.enrichers),
});

/** A model that needs the binding is not asked where there is none. */
function opinionPorts(
  env: Bindings,
  isolate: SharedIsolate,
  defer: DeferWork,
): Pick<EventPorts, "opinion"> {
  const opinion = opinionOf(isolate.settings.enrichers);
  if (opinion === null) return {};
  const ports = { ...enrichPorts(env, isolate, defer), opinion };
  const fetch = opinion.needsBinding ? bindingFetch(env.AI) : ports.fetch;
  return {
    opinion: async (question, { patient, trace }) => {
      const answer = await askOpinion(question, {
        ...ports,
        ...{ fetch, patient, ...(trace !== undefined && { trace }) },
      });
      reportFacts([answer], { ms: answer.ms ?? 0, trace }, isolate);
      return answer;
    },
  };
}

/** Enriches, and reports the result and the time that it took. */
function measuredEnrich(ports: EnrichPorts, runtime: RuntimePorts): EventPorts["enrich"] {
  return async (token, trace) => {
    const began = runtime.now();
    const answers = await enrich(token, { ...ports, ...(trace !== undefined && { trace }) });
    reportFacts(answers, { ms: runtime.now() - began, trace }, runtime);
    return answers;
  };
}
