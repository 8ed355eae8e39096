import { expect, it } from "vitest";
import { readResources } from "../local/resources.ts";
import { environmentOf } from "./environment.ts";
import { readDeploySettings } from "./settings.ts";

const configOf = (lines: string) =>
  JSON.parse(environmentOf("staging").config("id", { traces: readDeploySettings(lines).traces }));

it("exports no traces unless a destination is named", () => {
  expect(configOf("TRACE_RATIO=0.5").observability).toEqual({ enabled: true });
});

it("binds Workers AI where a model is set, and else nowhere", () => {
  const read = (bindsAi: boolean) => JSON.parse(environmentOf("staging").config("id", { bindsAi }));
  expect(read(true).ai).toEqual({ binding: "AI" });
  expect(read(false)).not.toHaveProperty("ai");
});

it("has the platform export its traces to the destinations, by the ratio of the posts", () => {
  expect(configOf("TRACE_DESTINATIONS=tempo, honeycomb\nTRACE_RATIO=0.05").observability).toEqual({
    enabled: true,
    traces: {
      ...{ enabled: true, persist: false, head_sampling_rate: 0.05 },
      destinations: ["tempo", "honeycomb"],
    },
  });
  expect(configOf("TRACE_DESTINATIONS=tempo").observability.traces.head_sampling_rate).toBe(1);
});

it("names, binds and consumes every shard of the queues in this environment", () => {
  const { queues, config } = environmentOf("staging", readResources({ QUEUE_SHARDS: "2" }));
  const own = "event-stream-starter-staging-mentions-1";
  expect(queues.get("mentions-1")).toBe(own);
  const written = JSON.parse(config("id")).queues;
  expect(written.producers).toContainEqual({ binding: "MENTIONS_1", queue: own });
  expect(written.consumers.map(({ queue }: { queue: string }) => queue)).toContain(own);
});

it("keeps the destinations from the Worker, and refuses a ratio that is none", () => {
  const { variables, problems } = readDeploySettings("TRACE_DESTINATIONS=tempo\nTRACE_RATIO=all");
  expect(variables).not.toHaveProperty("TRACE_DESTINATIONS");
  expect(problems.join()).toContain("TRACE_RATIO");
});
