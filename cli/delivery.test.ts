import { describe, expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import type { LogRecord, WriteLog } from "../src/observability/log.ts";
import { waitReason } from "../src/outbox/wait-reason.ts";
import type { ReplayDeadLetter } from "../src/store/dead-letters.ts";
import type { DueDelivery } from "../src/store/outbox.ts";
import { fakePorts } from "../test/support/api.ts";
import { outboxWorld } from "../test/support/outbox.ts";
import { runCommand } from "../test/support/terminal.ts";
import { type Command, UsageError } from "./command.ts";
import { dead } from "./commands/dead.ts";
import { outbox } from "./commands/outbox.ts";

/**
 * A delivery that its target refuses until it is fixed, behind the whole HTTP interface, and a
 * terminal before it.
 */
async function operator() {
  const target = { status: 400 };
  const chat = {
    kind: "discord",
    settings: { url: "https://discord.com/api/v10/webhooks/1/token" },
  } as const;
  const world = await outboxWorld(chat, () => Response.json({ id: "1" }, target));
  const queued: DueDelivery[] = [];
  const resent: ReplayDeadLetter[] = [];
  const logged: LogRecord[] = [];
  const log: WriteLog = (record) => void logged.push(record);
  const now = () => world.clock.now;
  /** How the rows stood each time that a sweep was asked for. */
  const sweeps: string[][] = [];
  const awaited = async () => void sweeps.push((await world.rows()).map(({ status }) => status));
  const app = apiApp(
    fakePorts({
      now,
      outbox: {
        ownRows: () => world.store,
        routes: async () => null,
        waitReason: (row, channels) => waitReason(row, channels, now()),
        awaited,
        enqueue: async (due) => queued.push(...due),
        now,
        log,
      },
      deadLetters: {
        ownRows: () => world.store,
        awaited,
        resend: async (deadLetters) => void resent.push(...deadLetters),
        now,
        log,
      },
    }),
  );
  async function ran(command: Command, args: string[], json = false) {
    const { code, out, err } = await runCommand(command, args, app, { json });
    return { code, out: out.join("\n"), err: err.join("\n") };
  }
  const id = await world.change();
  await world.deliver(id);
  return { ...world, target, queued, resent, sweeps, logged, ran, id };
}

describe("stream outbox", () => {
  it("says why a delivery waits", async () => {
    const { change, channelId, store, ran } = await operator();
    const id = await change({ state: "downgraded" });
    await store.setChannelStatus(channelId, "paused", "HTTP 403: no access");
    const { out } = await ran(outbox, ["list"]);
    expect(out).toMatch(new RegExp(`${id}.*channel paused: HTTP 403: no access`));
  });

  it("lists deliveries with their attempts, by status", async () => {
    const { ran } = await operator();
    expect((await ran(outbox, ["list", "--status", "dlq"])).out).toMatch(/dlq\s+1\s+reject 400/);
    expect((await ran(outbox, ["list", "--status", "done"])).out).not.toMatch(/dlq/);
  });

  it("makes a dead one due now with its key, and queues it", async () => {
    const { ran, queued, target, deliver, seen, id } = await operator();
    target.status = 200;
    expect(await ran(outbox, ["retry", `${id}`])).toMatchObject({ code: 0, out: `${id}: due now` });
    expect(queued.map((due) => due.id)).toEqual([id]);
    expect(await deliver(id)).toMatchObject({ kind: "done" });
    expect(new Set(seen.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  it("has it swept too, before it is due: the answer of the database may be lost", async () => {
    const { ran, sweeps, store, id } = await operator();
    const { reopen } = store;
    Object.assign(store, {
      reopen: async (...given: Parameters<typeof reopen>) => void (await reopen(...given)),
    });
    expect(await ran(outbox, ["retry", `${id}`])).toMatchObject({ code: 1 });
    expect(sweeps).toEqual([["dlq"]]);
  });

  it("reports one that waits as waiting, and never sends twice what was delivered", async () => {
    const { ran, target, deliver, id } = await operator();
    await ran(outbox, ["retry", `${id}`]);
    expect((await ran(outbox, ["retry", `${id}`])).out).toBe(`${id}: already waiting`);
    target.status = 200;
    await deliver(id);
    const refused = await ran(outbox, ["retry", `${id}`, "99"]);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining("nothing is sent twice"),
    });
    expect(refused.err).toContain("no delivery");
  });

  it("refuses a status and an id that do not exist", async () => {
    const { ran } = await operator();
    await expect(ran(outbox, ["list", "--status", "lost"])).rejects.toThrow(/status/);
    await expect(ran(outbox, ["list", "--channel", "hook"])).rejects.toThrow(
      /must be a channel's id/,
    );
    await expect(ran(outbox, ["retry"])).rejects.toThrow(UsageError);
  });
});

describe("stream dead", () => {
  it("lists the reason, the error and what to do", async () => {
    const { ran, id } = await operator();
    const { out } = await ran(dead, ["list", "--reason", "rejected"]);
    expect(out).toContain(`deliveries  rejected  ${id}`);
    expect(out).toMatch(/rejected: .+replay/s);
  });

  it("says what it would replay, and leaves it", async () => {
    const { ran, rows } = await operator();
    expect((await ran(dead, ["replay", "--stage", "deliveries", "--dry-run"])).out).toBe(
      "would replay 1: 1",
    );
    expect(await rows()).toMatchObject([{ status: "dlq" }]);
  });

  it("replays each dead letter once, and one that fails again becomes a dead letter again", async () => {
    const { ran, deliver, deadLetters, resent, clock, id } = await operator();
    expect((await ran(dead, ["replay", "--reason", "rejected"])).out).toBe("replayed 1");
    expect((await ran(dead, ["replay", "--reason", "rejected"])).out).toBe("replayed 0");
    expect(resent.map(({ subject }) => subject)).toEqual([`${id}`]);
    clock.now += 1_000;
    expect(await deliver(id)).toMatchObject({ kind: "dlq" });
    expect((await deadLetters()).filter(({ replayedAt }) => replayedAt === null)).toHaveLength(1);
  });

  it("has what is replayed swept too, before it is taken", async () => {
    const { ran, sweeps } = await operator();
    await ran(dead, ["replay", "--reason", "rejected"]);
    expect(sweeps).toEqual([["dlq"]]);
  });

  it("leaves a trail: who gave what another try, and how often", async () => {
    const { ran, deadLetters, logged, id } = await operator();
    await ran(dead, ["replay", "--reason", "rejected"]);
    expect(logged).toEqual([
      {
        stage: "replay",
        outcome: "deliveries",
        by: "local",
        reason: "rejected",
        postId: `${id}`,
        count: 1,
      },
    ]);
    expect(await deadLetters()).toMatchObject([{ replays: 1, replayedAt: expect.any(String) }]);
  });

  it("replays no more than is asked, the oldest first", async () => {
    const { ran, change, deliver } = await operator();
    for (const eventKey of ["eth:A:w", "eth:B:w"]) await deliver(await change({}, { eventKey }));
    expect((await ran(dead, ["replay", "--stage", "deliveries", "--limit", "2"], true)).out).toBe(
      JSON.stringify({ replayed: 2, ids: [1, 2] }),
    );
    await expect(ran(dead, ["replay", "--stage", "deliveries", "--limit", "501"])).rejects.toThrow(
      /limit/,
    );
    await expect(ran(dead, ["replay"])).rejects.toThrow("name what to replay");
  });
});
