import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import { VOCABULARY } from "../src/enrich/registry.ts";
import { previewRoutes } from "../src/outbox/route-preview.ts";
import { loadRoutes } from "../src/routing/load.ts";
import { fakePorts } from "../test/support/api.ts";
import { eventOf, NOON, outboxWorld } from "../test/support/outbox.ts";
import { runCommand } from "../test/support/terminal.ts";
import { routesFromKv } from "../workers/platform/routes-kv.ts";
import { routes } from "./commands/routes.ts";

const folder = mkdtempSync(join(tmpdir(), "routes-cli-"));
let files = 0;
function written(text: string): string {
  const path = join(folder, `${++files}.yml`);
  writeFileSync(path, text);
  return path;
}

const GOOD = `version: "1.0"
route:
  channels: []
  routes:
    - name: high
      match: score >= 12
      channels: [hook]
      repeat_interval: 1h
inhibit:
  - name: falls
    source_match: state == "downgraded"
    target_match: state == "verified"
    equal: [symbol]
`;

/** The HTTP interface over the routes as an isolate keeps them, with one channel named hook. */
async function terminal() {
  const world = await outboxWorld();
  const kv = new Map<string, string>();
  const counted: string[] = [];
  const now = () => world.clock.now;
  const isolate = () =>
    routesFromKv(
      {
        get: async (key) => kv.get(key) ?? null,
        put: async (key, value) => void kv.set(key, value),
      },
      {
        fallback: "# none\n",
        variables: {},
        vocabulary: VOCABULARY,
        rereadMs: 5_000,
        tenant: "default",
      },
      {
        now,
        telemetry: {
          count: (name, labels) => void counted.push(`${name} ${labels?.result}`),
          observe: () => undefined,
          sample: () => undefined,
        },
      },
    );
  const live = isolate();
  const app = apiApp(
    fakePorts({
      now,
      auditLog: world.store,
      routing: {
        of: () => ({
          ...live,
          load: (text, known) => loadRoutes(text, {}, VOCABULARY, known),
          askMuted: async () => undefined,
          channels: async () => [{ name: "hook", kind: "webhook", collects: false }],
          preview: async (tried) =>
            previewRoutes(
              {
                ...tried,
                channels: await world.store.channels(),
                notify: { minScore: 0, on: ["verified", "downgraded"] },
              },
              world.store,
            ),
          vocabulary: VOCABULARY,
          store: world.store,
          now,
        }),
      },
    }),
  );
  async function ran(...args: string[]) {
    const { code, out, err } = await runCommand(routes, args, app, { json: false });
    return { code, out: out.join("\n"), err: err.join("\n") };
  }
  return { ...world, app, ran, live, isolate, kv, counted };
}

describe("routes check", () => {
  it("names the place, the field, the problem and what to write", async () => {
    const { ran } = await terminal();
    expect(await ran("check", written(GOOD))).toMatchObject({ code: 0 });
    const path = written(GOOD.replace("match: score", "match: scor"));
    const { code, err } = await ran("check", path);
    expect(code).toBe(1);
    expect(err).toContain(`${path}:6:14: error: route.routes[0].match: unknown fact scor`);
    expect(err).toContain("^ did you mean score?");
  });
});

describe("routes push", () => {
  it("puts routes in force, keeps their versions, and goes back to one", async () => {
    const { ran, live, store, isolate, counted } = await terminal();
    expect(await ran("push", written(GOOD))).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^[0-9a-f]{12} \(2 routes\) is live/),
    });
    const first = (await live.current())?.sha ?? "";
    await ran("push", written(GOOD.replace("12", "20")));
    expect((await isolate().current())?.sha).not.toBe(first);
    expect((await ran("list")).out).toContain(first.slice(0, 12));
    expect(await ran("rollback", first.slice(0, 8))).toMatchObject({ code: 0 });
    expect((await isolate().current())?.sha).toBe(first);
    expect((await ran("show")).out).toContain("match: score >= 12");
    const log = await store.auditLog(
      { action: null, subject: "routes", keyId: null, since: null, until: null },
      { limit: 10, cursor: null },
    );
    expect(log.items.map(({ action }) => action)).toEqual([
      ...["rollbackRoutes", "putRoutes", "putRoutes"],
    ]);
    expect(counted).toContain("config_reload_total loaded");
  });

  it("refuses a file that names a channel that is not there, and keeps what is in force", async () => {
    const { ran, live, counted } = await terminal();
    await ran("push", written(GOOD));
    const before = (await live.current())?.sha;
    await expect(ran("push", written(GOOD.replace("[hook]", "[hok]")))).rejects.toThrow(
      /route\.routes\[0\]\.channels\[0\]: there is no channel hok.*did you mean hook\?/s,
    );
    const grouped = GOOD.replace("repeat_interval: 1h", "group_interval: 5m");
    await expect(ran("push", written(grouped))).rejects.toThrow(/webhook, which gets each signal/);
    expect((await live.current())?.sha).toBe(before);
    expect(counted.filter((line) => line.endsWith("rejected"))).toHaveLength(2);
  });

  it("ends the routing only when it is asked to", async () => {
    const { ran, live } = await terminal();
    await ran("push", written(GOOD));
    await expect(ran("push", written("# none\n"))).rejects.toThrow(/empty=yes/);
    expect(await live.current()).not.toBeNull();
    expect((await ran("push", written("# none\n"), "--empty")).out).toMatch(/no routing any more/);
    expect(await live.current()).toBeNull();
  });

  it("keeps the last good routes when what is stored cannot be read", async () => {
    const { ran, live, clock, kv, isolate } = await terminal();
    await ran("push", written(GOOD));
    const before = (await live.current())?.sha;
    kv.set("routes:current", "nonsense");
    clock.now += 10_000;
    expect((await live.current())?.sha).toBe(before);
    expect(live.status().rejected).not.toBeNull();
    expect(await isolate().current()).toBeNull();
  });
});

describe("routes test", () => {
  it("shows where a signal would go, and why", async () => {
    const { ran, change } = await terminal();
    await ran("push", written(GOOD));
    const sent = await ran("test", "--symbol", "PEPE", "--score", "12");
    expect(sent.out).toMatch(/high: matches/);
    expect(sent.out).toMatch(/hook +sent +high .* every 60 min/);
    expect((await ran("test", "--symbol", "PEPE", "--score", "3")).out).toMatch(
      /hook +not_routed .*no route that takes it names the channel/,
    );
    expect((await ran("test", "--score", "20", "--state", "candidate")).out).toMatch(/not_wanted/);
    await change(
      { state: "downgraded", score: -9 },
      { ...eventOf(), eventKey: "sol:PEPE:0", symbol: "PEPE", chain: "sol", tokenCa: "x" },
    );
    expect((await ran("test", "--symbol", "PEPE", "--score", "12")).out).toMatch(
      /hook +skipped +high .*inhibited: falls: by sol:PEPE:0/,
    );
    expect((await ran("test", "--event", "sol:PEPE:0")).out).toMatch(/hook +not_routed/);
  });

  it("tries a file that is not in force, at another time", async () => {
    const { ran } = await terminal();
    const muted = `version: "1.0"
route: { mute_times: [noon] }
mute_times:
  noon: [{ from: "11:00", to: "13:00" }]
`;
    const at = new Date(NOON + 30 * 60_000).toISOString();
    const { out } = await ran("test", "--score", "9", "--file", written(muted), "--at", at);
    expect(out).toMatch(/hook +held +route +2026-01-15T13:00:00.000Z +mute time noon/);
  });
});
