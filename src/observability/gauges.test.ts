import { expect, it } from "vitest";
import { type GaugePorts, readGauges } from "./gauges.ts";

const ports: GaugePorts = {
  overview: async () => ({
    outbox: [
      { status: "pending", count: 2 },
      { status: "failed", count: 3 },
      { status: "done", count: 50 },
    ],
    deadLetters: 7,
  }),
  queueBacklogs: async () => ({ posts: 4, mentions: null }),
  providers: async () => [
    { provider: "goplus", breaker: "half-open" },
    { provider: "x", breaker: "open" },
  ],
  facts: async () => [{ name: "pipeline_fact", labels: { fact: "database_up" }, value: 1 }],
};

it("counts what is open, what waits in the queues, and the breakers", async () => {
  expect(await readGauges(ports)).toEqual([
    { name: "outbox_backlog", value: 5 },
    { name: "dead_letters", value: 7 },
    { name: "queue_backlog", labels: { queue: "posts" }, value: 4 },
    { name: "breaker_state", labels: { provider: "goplus" }, value: 1 },
    { name: "breaker_state", labels: { provider: "x" }, value: 2 },
    { name: "pipeline_fact", labels: { fact: "database_up" }, value: 1 },
  ]);
});

it("shows the queues while the database is out", async () => {
  const overview = async () => {
    throw new Error("out");
  };
  const names = (await readGauges({ ...ports, overview })).map(({ name }) => name);
  expect(names).toEqual(["queue_backlog", "breaker_state", "breaker_state", "pipeline_fact"]);
});
