import { expect, it } from "vitest";
import { silentTelemetry } from "../observability/telemetry.ts";
import { StoreUnavailable } from "../store/index.ts";
import { runTick, type TickPorts } from "./tick.ts";

const AT_SEVEN = Date.UTC(2026, 0, 15, 12, 7);
const HOURLY = { cron: "7 * * * *", scheduledTime: AT_SEVEN };
type Waiting = Awaited<ReturnType<TickPorts["store"]["waiting"]>>;

/** One hourly tick over what waits; answers when the sweeper was asked to look, and at what. */
async function hourly(waiting: () => Promise<Waiting>) {
  const outbox: number[] = [];
  const posts: number[] = [];
  const deleted: string[] = [];
  await runTick(HOURLY, {
    now: () => AT_SEVEN,
    log: () => undefined,
    telemetry: silentTelemetry,
    store: {
      waiting,
      deleteExpired: async (what: string) => deleted.push(what) && 0,
    },
    days: { posts: 1, events: 1, deliveries: 1, deadLetters: 1, history: 1, features: 1 },
    requeueAfterSeconds: 600,
    sweeper: {
      wake: async (at: number) => void outbox.push(at),
      schedulePostSweep: async (at: number) => void posts.push(at),
    },
    // An hourly tick polls nothing.
  } as unknown as TickPorts);
  return { outbox, posts, deleted };
}

const IDLE: Waiting = { nextDue: null, overdue: false, old: [] };

it("wakes nobody and deletes nothing while nothing waits", async () => {
  expect(await hourly(async () => IDLE)).toEqual({ outbox: [], posts: [], deleted: [] });
});

it("wakes the sweeper for what is due, or will be", async () => {
  const due = new Date(AT_SEVEN + 60_000).toISOString();
  expect((await hourly(async () => ({ ...IDLE, nextDue: due }))).outbox).toEqual([
    AT_SEVEN + 60_000,
  ]);
  const late = new Date(AT_SEVEN - 60_000).toISOString();
  const found = await hourly(async () => ({ ...IDLE, nextDue: late }));
  expect(found).toEqual({ outbox: [AT_SEVEN], posts: [], deleted: [] });
});

it("has it look for posts that wait too long", async () => {
  const found = await hourly(async () => ({ ...IDLE, overdue: true }));
  expect(found).toEqual({ outbox: [], posts: [AT_SEVEN], deleted: [] });
});

it("has it look for both when the database is out", async () => {
  const found = await hourly(async () => {
    throw new StoreUnavailable("out");
  });
  expect(found).toEqual({ outbox: [AT_SEVEN], posts: [AT_SEVEN], deleted: [] });
});
