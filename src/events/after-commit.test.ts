import { expect, it } from "vitest";
import type { LiveMessage } from "../observability/live.ts";
import { silentTelemetry } from "../observability/telemetry.ts";
import { change, mention } from "../store/contract/fixtures.ts";
import { afterCommit } from "./after-commit.ts";

it("tells the live stream what state a signal was in before, also where no channel wants it", async () => {
  const published: LiveMessage[] = [];
  const report = afterCommit({
    now: () => 0,
    log: () => undefined,
    telemetry: silentTelemetry,
    deliveries: { sendBatch: async () => undefined },
    deliver: async () => undefined,
    defer: () => undefined,
    broadcast: async (messages) => void published.push(...messages),
  });
  const made = change(1, [mention(1)]);
  for (const previousState of [null, "candidate"] as const)
    await report(
      { ...made, outbox: [], signal: { ...made.signal, state: "verified", previousState } },
      [],
    );
  expect(published).toMatchObject([
    { previousState: null },
    { state: "verified", previousState: "candidate" },
  ]);
});
