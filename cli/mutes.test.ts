import { describe, expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import { iso } from "../src/kit/time.ts";
import { ChannelFilter } from "../src/model/channel-config.ts";
import { ADMIN_KEY, fakePorts } from "../test/support/api.ts";
import { NOON, outboxWorld } from "../test/support/outbox.ts";
import { runCommand } from "../test/support/terminal.ts";
import { UsageError } from "./command.ts";
import { mutes } from "./commands/mutes.ts";

const HOUR = 3_600_000;

/** Two channels and a stream, behind the whole HTTP interface, and a terminal before it. */
async function operator() {
  const world = await outboxWorld();
  const filter = ChannelFilter.parse({});
  const more = { settings: {}, filter, atMostOnce: false };
  await world.store.addChannel({ ...more, kind: "log", name: "desk" }, iso(NOON));
  await world.store.addChannel({ ...more, kind: "ndjson", name: "lake" }, iso(NOON));
  const ports = fakePorts();
  const now = () => world.clock.now;
  const catalogue = { ...ports.channels.catalogue, isStream: (kind: string) => kind === "ndjson" };
  const channels = { ...ports.channels, ownRows: world.store.ownRows, catalogue, now };
  const app = apiApp({ ...ports, now, channels });
  async function ran(...args: string[]) {
    const { code, out, err } = await runCommand(mutes, args, app, { json: true });
    return { code, err, shown: out.length > 0 ? JSON.parse(out.join("")) : null };
  }
  const ask = async (
    method: string,
    path: string,
    key: string | null,
    body?: object,
    requestId?: string,
  ) => {
    const headers = {
      ...(requestId && { "X-Request-Id": requestId }),
      "Content-Type": "application/json",
      ...(key && { Authorization: `Bearer ${key}` }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await app.request(path, init);
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  return { ...world, ran, ask };
}

describe("stream mutes", () => {
  it("mutes a token in every channel but streams, and ends that again", async () => {
    const { ran, change, deliver, rows, seen, clock } = await operator();
    expect((await ran()).shown).toEqual([]);
    const until = iso(NOON + HOUR);
    const { shown } = await ran("add", "pepe", "--for", "1h");
    expect(shown).toMatchObject([
      { channel: "hook", token: "$PEPE", until },
      { channel: "desk", token: "$PEPE", until },
    ]);
    expect((await ran("list")).shown).toEqual(shown);
    await change({}, { symbol: "PEPE" });
    const [row] = (await rows()).filter(({ channel }) => channel === "hook");
    expect(await deliver(row?.id ?? 0)).toMatchObject({ kind: "done", result: "muted" });
    expect((await ran("end", "PEPE", "--channel", "desk")).shown).toHaveLength(1);
    expect((await ran("end", "$pepe")).shown).toEqual([]);
    clock.now += 1;
    await change({ state: "downgraded" }, { symbol: "PEPE" });
    const [later] = (await rows()).filter(({ channel }) => channel === "hook").reverse();
    expect(await deliver(later?.id ?? 0)).toMatchObject({ kind: "done", result: "ok" });
    expect(seen).toHaveLength(1);
  });

  it("mutes one channel until a time, which passes", async () => {
    const { ran, clock } = await operator();
    const until = iso(NOON + 2 * HOUR);
    const { shown } = await ran("add", "PEPE", "--until", until, "--channel", "desk");
    expect(shown).toMatchObject([{ channel: "desk", until }]);
    clock.now = NOON + 2 * HOUR;
    expect((await ran()).shown).toEqual([]);
  });

  it("says what is wrong", async () => {
    const { ran } = await operator();
    await expect(ran("add", "PEPE")).rejects.toThrow(UsageError);
    await expect(ran("add", "--for", "1h")).rejects.toThrow("name one TOKEN");
    await expect(ran("add", "PEPE", "--for", "1h", "--channel", "dsk")).rejects.toThrow(
      /channel.*there is no channel dsk that can be muted; did you mean desk\?/,
    );
    await expect(ran("add", "PEPE", "--for", "1h", "--channel", "lake")).rejects.toThrow("lake");
    await expect(ran("add", "PEPE", "--until", iso(NOON))).rejects.toThrow("is over");
    await expect(ran("add", "PEPE", "--for", "31d")).rejects.toThrow(/minutes/);
  });
});

describe("mutes over HTTP", () => {
  it("ask for the scope write, and reading for operations", async () => {
    const { ask } = await operator();
    expect(await ask("POST", "/mutes", null, { token: "A", minutes: 5 })).toMatchObject({
      status: 401,
    });
    expect(await ask("POST", "/mutes", ADMIN_KEY, { token: "A", minutes: 5 })).toMatchObject({
      status: 201,
      body: { mutes: [{ token: "$A" }, { token: "$A" }] },
    });
    expect((await ask("GET", "/mutes", ADMIN_KEY)).body).toMatchObject({
      mutes: [{ channel: "hook" }, { channel: "desk" }],
    });
  });

  it("are each taken, whatever a client calls its requests", async () => {
    const { ask, clock } = await operator();
    const until = iso(NOON + HOUR);
    const named = (token: string) =>
      ask("POST", "/mutes", ADMIN_KEY, { token, until, channel: "hook" }, "job-1");
    await named("A");
    expect((await named("B")).body).toMatchObject({ mutes: [{ token: "$A" }, { token: "$B" }] });
    await ask("DELETE", "/mutes?token=A", ADMIN_KEY, undefined, "job-1");
    clock.now += 1;
    expect((await named("A")).body).toMatchObject({ mutes: [{ token: "$B" }, { token: "$A" }] });
  });

  it("are refused in a channel that has 200 in force, by name", async () => {
    const { ask } = await operator();
    const named = (token: string) =>
      ask("POST", "/mutes", ADMIN_KEY, { token, minutes: 60, channel: "hook" });
    for (let n = 0; n < 200; n++) await named(`T${n}`);
    const refused = await named("DEMO");
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ path: "channel" }] } });
    expect(JSON.stringify(refused.body)).toContain("hook has 200 mutes in force");
    const ended = await ask("DELETE", "/mutes?token=T0&channel=hook", ADMIN_KEY);
    expect(ended.status).toBe(200);
    expect((await named("DEMO")).status).toBe(201);
  });

  it("take minutes or a time, not both", async () => {
    const { ask } = await operator();
    for (const more of [{}, { minutes: 5, until: iso(NOON + HOUR) }, { minutes: 0 }])
      expect(await ask("POST", "/mutes", ADMIN_KEY, { token: "A", ...more })).toMatchObject({
        status: 422,
      });
  });
});
