import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServerError, send } from "../../cli/client.ts";
import type { Io } from "../../cli/command.ts";
import { audit } from "../../cli/commands/audit.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { signalTree } from "../../local/supervisor/pids.ts";
import { freePorts } from "../../local/supervisor/ports.ts";
import { dice } from "../sim/random.ts";
import { workload } from "../sim/workload.ts";
import { pause, push } from "./load.ts";
import { type SqlProxy, sqlProxy } from "./sql-proxy.ts";

/** The long form, by hand: FAULT_SECONDS=600 FAULT_POSTS=20000 npm run test:faults */
const SECONDS = Number(process.env.FAULT_SECONDS ?? 90);
const POSTS = Number(process.env.FAULT_POSTS ?? 2_000);
const SEED = Number(process.env.FAULT_SEED ?? 1);
const VICTIMS = ["worker", "postgres", "redis", "emulators", "neon"];

async function* nothing(): AsyncGenerator<string> {}

type OutboxRow = {
  channel: string;
  event_key: string;
  status: string;
  idem_key: string;
  payload: { transition: number; state: string; subject?: string };
  attempts: { result: string }[];
};
type RequestLogEntry = { idempotency_key: string | null; message: { text?: string } };

describe("real processes that are killed under load", () => {
  const rolls = dice(SEED);
  const dataDir = mkdtempSync(join(tmpdir(), "faults-"));
  let proxy: SqlProxy;
  let stack: Stack;

  /** The front's port is chosen while the stack starts. */
  const sqlRoute = (): string | undefined => {
    const file = join(dataDir, "stack.json");
    if (!existsSync(file)) return undefined;
    const { ports } = JSON.parse(readFileSync(file, "utf8")) as { ports: { neon: number } };
    return `http://127.0.0.1:${ports.neon}/sql`;
  };

  beforeAll(async () => {
    proxy = await sqlProxy(sqlRoute, rolls.next);
    const [port = 0] = await freePorts(1);
    const settings = { NEON_FETCH_ENDPOINT: proxy.url, REQUEUE_AFTER_SECONDS: "60" };
    // No cron ticks here: what is lost must come back by the sweeper's own alarm.
    stack = await startStack({ port, dataDir, settings }, () => undefined);
    const channels = [
      { kind: "webhook", name: "webhook", settings: { url: `${stack.emulators}/webhook/local` } },
      { kind: "telegram", name: "telegram", settings: { chat_id: "77" } },
    ];
    for (const channel of channels) await untilMade(channel);
  }, 900_000);

  /** A reply may be lost here as well; 409 says that the channel was made all the same. */
  async function untilMade(channel: unknown): Promise<void> {
    for (;;) {
      const response = await send(stack, "/channels", { method: "POST", body: channel }).catch(
        () => undefined,
      );
      if (response?.ok || response?.status === 409) return;
      if (response && response.status < 500) throw new Error(await response.text());
      await pause(1_000);
    }
  }

  afterAll(async () => {
    await stack?.stop();
    proxy?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function killAtRandom(until: number): Promise<Record<string, number>> {
    const kills: Record<string, number> = {};
    while (performance.now() < until) {
      await pause(rolls.int(2_000, 12_000));
      const name = rolls.pick(VICTIMS);
      const pid = stack.services.get(name)?.pid();
      if (pid === undefined) continue;
      signalTree(pid, "SIGKILL");
      kills[name] = (kills[name] ?? 0) + 1;
    }
    return kills;
  }

  /** The last to be killed is still coming back. */
  async function untilReady(): Promise<void> {
    for (let calm = 0; calm < 5; await pause(1_000)) {
      const answer = await send(stack, "/audit").catch(() => undefined);
      calm = answer?.ok ? calm + 1 : 0;
      await answer?.body?.cancel();
    }
  }

  /** A single question may still meet a broken connection; what it asks about is what counts. */
  async function audited(io: Io): Promise<number> {
    for (let left = 20; ; left--) {
      try {
        return await audit.run(["--wait", "600"], io);
      } catch (error) {
        if (left === 0 || !(error instanceof ServerError)) throw error;
        await pause(3_000);
      }
    }
  }

  async function outbox(): Promise<OutboxRow[]> {
    const rows: OutboxRow[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = (await (
        await send(stack, `/outbox?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      ).json()) as {
        outbox: OutboxRow[];
        next_cursor: string | null;
      };
      rows.push(...page.outbox);
      cursor = page.next_cursor;
    }
    return rows;
  }

  const requestsTo = async (channel: string): Promise<RequestLogEntry[]> =>
    (await (await fetch(`${stack.emulators}/requests/${channel}`)).json()) as RequestLogEntry[];

  it("loses nothing: the audit reconciles and the request logs hold every delivery", async () => {
    const { posts } = workload(SEED, POSTS);
    const until = performance.now() + SECONDS * 1_000;
    proxy.cuts.before = 0.01;
    proxy.cuts.after = 0.03;
    const [sent, kills] = await Promise.all([
      push(stack, posts, POSTS / SECONDS),
      killAtRandom(until),
    ]);
    Object.assign(proxy.cuts, { before: 0, after: 0 });
    const recovery = performance.now();
    await untilReady();

    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    const io: Io = {
      url: stack.url,
      key: stack.key,
      json: false,
      out: say,
      err: say,
      env: {},
      stdin: nothing(),
      fetch,
    };
    const exit = await audited(io);
    const seconds = Math.round((performance.now() - recovery) / 1_000);
    console.log(
      JSON.stringify({
        posts: POSTS,
        ...sent,
        refusals: sent.refusals.length,
        kills,
        cutAfterCommit: proxy.cutAfter(),
        recoverySeconds: seconds,
      }),
    );
    console.log(said.join("\n"));
    expect(exit).toBe(0);

    const rows = await outbox();
    const hooks = new Set((await requestsTo("webhook")).map((entry) => entry.idempotency_key));
    const chats = (await requestsTo("telegram"))
      .map((entry) => entry.message.text ?? "")
      .join("\n");
    const done = rows.filter((row) => row.status === "done");
    const isTold = (row: OutboxRow): boolean =>
      row.channel.includes("webhook")
        ? hooks.has(row.idem_key)
        : chats.includes(`${row.event_key} #${row.payload.transition}`);
    const told = done.filter(isTold);
    /** Another event of the same token said the same. */
    const isRepeat = ({ attempts, channel, payload }: OutboxRow): boolean =>
      attempts.some(({ result }) => result === "repeated") &&
      told.some(
        (other) =>
          other.channel === channel &&
          other.payload.subject === payload.subject &&
          other.payload.state === payload.state,
      );
    expect(told.length).toBeGreaterThan(0);
    expect(done.filter((row) => !isTold(row) && !isRepeat(row))).toEqual([]);
    expect(rows.filter((row) => row.status !== "done")).toEqual([]);
  });
});
