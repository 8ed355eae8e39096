import { describe, expect, it } from "vitest";
import { alertsOf, alertsWorld, providerOf } from "../../test/support/alerts.ts";
import { SECRET } from "../../test/support/outbox.ts";
import { ChannelFilter } from "../model/channel-config.ts";

const BREAKER = `version: "1.0"
alerts:
  - name: Breaker
    when: provider_breaker_open == 1
    for: 2m
    repeat: 10m
    group: providers
    summary: The breaker of {provider} is open
`;
const NO_FILTER = ChannelFilter.parse({});
const open = (provider: string) => providerOf({ provider, breaker: "open" });

describe("an alert", () => {
  it("is told once its condition has held, again as often as it says, and when it ends", async () => {
    const world = await alertsWorld(BREAKER);
    await world.minute();
    world.providers = [open("goplus")];
    world.metrics.observe("external_request_ms", { provider: "goplus" }, 5);
    await world.minutes(2);
    expect(world.sent).toEqual([]);
    expect(world.actor.view().active).toMatchObject([{ subject: "goplus", status: "pending" }]);
    await world.minute();
    expect(world.texts()).toEqual([expect.stringContaining("The breaker of goplus is open")]);
    await world.minutes(9);
    expect(world.sent).toHaveLength(1);
    await world.minutes(2);
    expect(world.sent).toHaveLength(2);
    world.providers = [];
    await world.minutes(3);
    expect(world.texts().at(-1)).toContain("Resolved: The breaker of goplus is open");
    expect(world.sent).toHaveLength(3);
    expect(world.actor.view()).toMatchObject({
      active: [],
      resolved: [{ alert: "Breaker", subject: "goplus" }],
    });
  });

  it("counts within its own window, beside others that count within theirs", async () => {
    const alert = (name: string, more: string) =>
      `  - {name: ${name}, when: rule_errors >= 3, ${more}summary: "{rule_errors} of ${name}"}\n`;
    const world = await alertsWorld(
      `version: "1.0"\nalerts:\n${alert("Usual", "")}${alert("Short", "window: 3m, ")}` +
        alert("Long", "window: 40m, "),
    );
    await world.minute();
    world.metrics.count("rule_errors_total", { rule: "r", reason: "x" }, 4);
    const firing = () => world.actor.view().active.map((row) => row.alert);
    await world.minute();
    expect(firing().toSorted()).toEqual(["Long", "Short", "Usual"]);
    await world.minutes(4);
    expect(firing().toSorted()).toEqual(["Long", "Usual"]);
    await world.minutes(12);
    expect(firing()).toEqual(["Long"]);
    expect(world.texts().join("\n")).toContain("4 of Long");
    await world.minutes(25);
    expect(firing()).toEqual([]);
  });

  it("fires after as many minutes as it says, also when a tick comes earlier in its minute", async () => {
    const world = await alertsWorld(BREAKER);
    world.providers = [open("goplus")];
    world.clock.now += 3_000;
    await world.minutes(3);
    expect(world.sent).toHaveLength(1);
  });

  it("about several of one group is told in one message to people", async () => {
    const world = await alertsWorld(BREAKER);
    world.providers = [open("goplus"), open("x")];
    await world.minutes(4);
    expect(world.sent).toHaveLength(1);
    expect(world.texts()[0]).toMatch(
      /providers: 2 firing, 0 resolved[\s\S]*goplus[\s\S]*of x is open/,
    );
  });

  it("is told once however often the cron comes, and whatever restarts", async () => {
    const world = await alertsWorld(BREAKER);
    world.providers = [open("goplus")];
    for (let n = 0; n < 6; n++) {
      const tick = { at: world.clock.now, queues: {} };
      await Promise.all([world.actor.tick(tick), world.actor.tick(tick)]);
      await world.sendsEnd();
      world.restart();
      await world.minute();
    }
    expect(world.sent).toHaveLength(1);
  });

  it("ends when the file no longer has it", async () => {
    const world = await alertsWorld(BREAKER);
    world.providers = [open("goplus")];
    await world.minutes(4);
    world.set = alertsOf('version: "1.0"\nalerts: []\n');
    await world.minutes(2);
    expect(world.texts().at(-1)).toContain("Resolved");
  });

  it("that is silenced is kept and not told, and told when the silence ends", async () => {
    const world = await alertsWorld(BREAKER);
    world.providers = [open("goplus")];
    const iso = (ms: number) => new Date(ms).toISOString();
    world.actor.addSilence({
      ...{ id: "s1", alert: "Breaker", subject: "goplus", severity: null, labels: {} },
      ...{ comment: "", by: "ops", createdAt: iso(world.clock.now) },
      until: iso(world.clock.now + 8 * 60_000),
    });
    await world.minutes(7);
    expect(world.sent).toEqual([]);
    expect(world.actor.view().active).toMatchObject([{ status: "firing", silencedBy: "s1" }]);
    await world.minutes(3);
    expect(world.sent).toHaveLength(1);
  });
});

describe("a silence", () => {
  const silence = (from: number, minutes: number, id = "s1") => ({
    ...{ id, alert: "Breaker", subject: "goplus", severity: null, labels: {} },
    ...{ comment: "", by: "ops", createdAt: new Date(from).toISOString() },
    until: new Date(from + minutes * 60_000).toISOString(),
  });

  it("also keeps quiet the end of what was told before, as Alertmanager does", async () => {
    const world = await alertsWorld(BREAKER);
    world.providers = [open("goplus")];
    await world.minutes(4);
    world.actor.addSilence(silence(world.clock.now, 5));
    world.providers = [];
    await world.minutes(12);
    expect(world.texts()).toEqual([expect.stringContaining("The breaker of goplus is open")]);
    expect(world.actor.view()).toMatchObject({ active: [], resolved: [{ subject: "goplus" }] });
    world.providers = [open("goplus")];
    world.metrics.observe("external_request_ms", { provider: "goplus" }, 5);
    await world.minutes(4);
    expect(world.sent).toHaveLength(2);
  });

  it("is refused where two hundred are in force, and taken when one of them has ended", async () => {
    const world = await alertsWorld(BREAKER);
    const { now } = world.clock;
    const add = (n: number) => world.actor.addSilence(silence(now, n === 7 ? 1 : 60, `s${n}`));
    for (let n = 0; n < 200; n++) expect(add(n)).toBe(true);
    expect(add(200)).toBe(false);
    await world.minute();
    expect(add(201)).toBe(true);
    expect(world.actor.view().silences).toHaveLength(200);
  });
});

describe("a channel that hangs", () => {
  it("delays neither the heartbeat, nor other channels, nor what comes next", async () => {
    const world = await alertsWorld(BREAKER, {
      ops: { on: "chat", alerts: true },
      pager: { on: "hook", alerts: true },
    });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { answer } = world;
    world.answer = (url) =>
      url.includes("telegram") ? released.then(() => answer(url)) : answer(url);
    world.heartbeat = {
      url: "https://hc-ping.com/secret-path",
      policy: { allow: [], ownHosts: [] },
    };
    const hosts = () => world.sent.map(({ url }) => new URL(url).hostname);
    world.providers = [open("goplus")];
    for (let n = 0; n < 6; n++) await world.tick();
    expect(world.beats).toHaveLength(6);
    world.providers = [open("goplus"), open("x")];
    world.metrics.observe("external_request_ms", { provider: "x" }, 5);
    for (let n = 0; n < 4; n++) await world.tick();
    expect(hosts()).toEqual(["hooks.dev.org", "hooks.dev.org"]);
    release();
    await world.minute();
    await world.minute();
    expect(hosts().filter((host) => host.includes("telegram"))).toHaveLength(2);
    expect(world.actor.view().untold).toEqual([]);
  });
});

describe("the queue of notices", () => {
  it("stays bounded however many subjects fail and however many channels stay out", async () => {
    const many = Array.from({ length: 12 }, (_, n) => [`hook${n}`, { on: "hook", alerts: true }]);
    const world = await alertsWorld(
      `version: "1.0"
alerts:
  - name: Silent
    when: source_silent_minutes > 1
    repeat: 1m
    summary: "{source} is silent"
`,
      Object.fromEntries(many),
    );
    await world.minute();
    for (let n = 0; n < 150; n++)
      world.metrics.count("posts_total", { source: `s${n}`, outcome: "accepted", reason: "" });
    world.answer = () => new Response("no", { status: 502 });
    await world.minutes(8);
    const queue = world.memory.read()?.queue ?? [];
    const alerts = queue.reduce((sum, { notice }) => sum + notice.alerts.length, 0);
    expect(alerts).toBeGreaterThan(400);
    expect(alerts).toBeLessThanOrEqual(500);
    expect(new Set(queue.map(({ channelId }) => channelId)).size).toBe(12);
  });
});

describe("the notice of an alert", () => {
  const FAILING = `version: "1.0"
alerts:
  - name: ChannelErrors
    when: channel_error_ratio > 0.5 and channel_sends >= 5
    summary: "{channel_error_ratio} of {channel_sends} attempts on {channel} failed"
`;
  const fail = (world: Awaited<ReturnType<typeof alertsWorld>>, name: string) => {
    world.metrics.count("channel_sends_total", { name, result: "failed" }, 9);
    world.metrics.count("channel_sends_total", { name, result: "ok" });
    world.metrics.observe("pipeline_latency_ms", { stage: "notify" }, 1);
  };

  it("about a channel goes through the others", async () => {
    const world = await alertsWorld(FAILING, {
      chat: { on: "chat", alerts: true },
      hook: { on: "hook" },
    });
    await world.minute();
    fail(world, "chat");
    await world.minute();
    expect(world.sent.map(({ url }) => url)).toEqual(["https://hooks.dev.org/in"]);
    expect(world.sent[0]?.body).toMatchObject({
      type: "alert.firing",
      data: {
        alert: "ChannelErrors",
        subject: "chat",
        summary: "90 % of 10 attempts on chat failed",
      },
    });
  });

  it("goes through the failing one where there is no other", async () => {
    const world = await alertsWorld(FAILING, { chat: { on: "chat" } });
    await world.minute();
    fail(world, "chat");
    await world.minute();
    expect(world.sent).toHaveLength(1);
  });

  it("goes to the channels that take alerts, or to those that the alert names", async () => {
    const channels = {
      public: { on: "chat" },
      ops: { on: "hook", alerts: true },
      team: { on: "hook", alerts: false },
    } as const;
    const told = async (text: string) => {
      const world = await alertsWorld(text, channels);
      world.providers = [open("goplus")];
      await world.minutes(4);
      return world.sent.map(({ url }) => new URL(url).hostname);
    };
    expect(await told(BREAKER)).toEqual(["hooks.dev.org"]);
    expect(await told(`${BREAKER}    channels: [public]\n`)).toEqual(["api.telegram.org"]);
  });

  it("is tried again under the same key, and goes to another channel when one stays out", async () => {
    const world = await alertsWorld(BREAKER, {
      ops: { on: "chat", alerts: true },
      hook: { on: "hook" },
    });
    world.answer = (url) =>
      url.includes("telegram") ? new Response("no", { status: 502 }) : new Response(null);
    world.providers = [open("goplus")];
    await world.minutes(9);
    const hosts = world.sent.map(({ url }) => new URL(url).hostname);
    expect(hosts).toEqual([...Array(3).fill("api.telegram.org"), "hooks.dev.org"]);
    expect(world.actor.view().untold).toEqual([]);
  });

  it("that two channels refuse goes to a third once, and waits once when there is none", async () => {
    const two = { a: { on: "chat", alerts: true }, b: { on: "chat", alerts: true } } as const;
    const refuse = (url: string) =>
      url.includes("telegram")
        ? Response.json({ ok: false, description: "Unauthorized" }, { status: 401 })
        : new Response(null);
    const third = await alertsWorld(BREAKER, { ...two, hook: { on: "hook" } });
    third.answer = refuse;
    third.providers = [open("goplus")];
    await third.minutes(6);
    expect(third.sent.filter(({ url }) => url.includes("hooks"))).toHaveLength(1);

    const none = await alertsWorld(BREAKER.replace("repeat: 10m", "repeat: never"), two);
    const told = none.answer;
    none.answer = refuse;
    none.providers = [open("goplus")];
    await none.minutes(120);
    expect(none.actor.view().untold).toHaveLength(1);
    none.answer = told;
    none.sent.length = 0;
    await none.minutes(20);
    expect(none.sent).toHaveLength(2);
  });

  it("that one channel has is not given to others when the second refuses it", async () => {
    const world = await alertsWorld(BREAKER, {
      ops: { on: "chat", alerts: true },
      pager: { on: "hook", alerts: true },
      public: { on: "chat" },
    });
    world.answer = (url) =>
      url.includes("telegram")
        ? Response.json({ ok: true, result: { message_id: 1 } })
        : new Response(null, { status: 410 });
    world.providers = [open("goplus")];
    await world.minutes(5);
    const hosts = world.sent.map(({ url }) => new URL(url).hostname);
    expect(hosts.sort()).toEqual(["api.telegram.org", "hooks.dev.org"]);
  });

  it("is repeated on the channels that work while another is out, and waits there once", async () => {
    const world = await alertsWorld(BREAKER, {
      ops: { on: "chat", alerts: true },
      pager: { on: "hook", alerts: true },
    });
    const told = world.answer;
    world.answer = (url) =>
      url.includes("telegram") ? told(url) : new Response("no", { status: 502 });
    world.providers = [open("goplus")];
    await world.minutes(35);
    expect(world.sent.filter(({ url }) => url.includes("telegram"))).toHaveLength(4);
    expect(world.actor.view().untold).toHaveLength(1);
  });

  it("survives a restart between the evaluation and the send", async () => {
    const world = await alertsWorld(BREAKER, { chat: { on: "chat" } });
    world.answer = () => new Response("no", { status: 502 });
    world.providers = [open("goplus")];
    await world.minutes(3);
    world.restart();
    world.answer = () => Response.json({ ok: true, result: { message_id: 1 } });
    await world.minutes(3);
    expect(world.actor.view().untold).toEqual([]);
    expect(world.texts().at(-1)).toContain("The breaker of goplus is open");
  });

  it("names nobody who could be told, and is told once there is a channel", async () => {
    const world = await alertsWorld(BREAKER, {});
    world.providers = [open("goplus")];
    await world.minutes(4);
    expect(world.actor.view().untold).toMatchObject([{ error: "no channel can be told" }]);
    const settings = { url: "https://hooks.dev.org/in", secrets: [SECRET] };
    await world.store.addChannel(
      { kind: "webhook", name: "new", settings, filter: NO_FILTER, atMostOnce: false },
      new Date(world.clock.now).toISOString(),
    );
    await world.minutes(16);
    expect(world.sent).toHaveLength(1);
    expect(world.actor.view().untold).toEqual([]);
  });
});

describe("the database", () => {
  const DATABASE = `version: "1.0"
alerts:
  - name: DatabaseDown
    when: database_up == 0
    for: 2m
    severity: critical
    summary: The database does not answer
  - name: DeadLetters
    when: dead_letters > 0
    summary: "{dead_letters} wait"
`;

  it("is asked nothing while nothing happens", async () => {
    const world = await alertsWorld(DATABASE);
    await world.minutes(2);
    const before = world.asked;
    await world.minutes(120);
    expect(world.asked).toBe(before);
    world.metrics.observe("pipeline_latency_ms", { stage: "posts" }, 5);
    await world.minute();
    expect(world.asked).toBeGreaterThan(before);
  });

  it("that is out is told of over the channels as they were known", async () => {
    const world = await alertsWorld(DATABASE);
    await world.minute();
    world.databaseOut = true;
    world.metrics.observe("pipeline_latency_ms", { stage: "posts" }, 5);
    await world.minutes(3);
    world.restart();
    await world.minutes(2);
    expect(world.texts()).toEqual([expect.stringContaining("The database does not answer")]);
    world.databaseOut = false;
    await world.minutes(2);
    expect(world.texts().at(-1)).toContain("Resolved");
  });

  it("that answers is up also when its audit fails, which is tried again in an hour", async () => {
    const world = await alertsWorld(DATABASE);
    world.auditFails = true;
    for (let n = 0; n < 65; n++) {
      world.metrics.observe("pipeline_latency_ms", { stage: "posts" }, 5);
      await world.minute();
    }
    expect(world.actor.view().active).toEqual([]);
    expect(world.audits).toBe(2);
  });

  it("is audited as it changes, step by step once an hour, and tells what is wrong", async () => {
    const world = await alertsWorld(DATABASE);
    for (let n = 0; n < 65; n++) {
      world.metrics.observe("pipeline_latency_ms", { stage: "posts" }, 5);
      await world.minute();
    }
    const [first, second, third, fourth] = world.coveredUntil.map((at) => Date.parse(at));
    expect([first, third, world.coveredUntil.length]).toEqual([second, fourth, 4]);
    expect((third ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(3_600_000);
  });

  it("keeps what it said while it sleeps", async () => {
    const world = await alertsWorld(DATABASE);
    await world.store.bury(
      [
        {
          ...{ key: "k", stage: "posts", reason: "poison", error: "x", payload: {} },
          ...{ attempts: 1, subject: null, advice: "" },
        },
      ],
      new Date(world.clock.now).toISOString(),
    );
    await world.minutes(90);
    expect(world.actor.view().active).toMatchObject([{ alert: "DeadLetters" }]);
    expect(world.asked).toBeLessThan(6);
  });
});

describe("the heartbeat", () => {
  const CRITICAL = BREAKER.replace("    for: 2m", "    severity: critical");
  const target = {
    url: "https://hc-ping.com/secret-path",
    policy: { allow: [], ownHosts: [] },
  };

  it("beats each minute in which nothing critical fires", async () => {
    const world = await alertsWorld(CRITICAL);
    world.heartbeat = target;
    await world.minutes(3);
    expect(world.beats).toHaveLength(3);
    world.providers = [open("goplus")];
    world.metrics.observe("external_request_ms", { provider: "goplus" }, 5);
    await world.minutes(3);
    expect(world.beats).toHaveLength(3);
    expect(world.actor.view().heartbeat).toEqual({ kind: "withheld" });
  });

  it("calls no private address, and shows its own nowhere", async () => {
    const world = await alertsWorld(CRITICAL);
    world.heartbeat = { ...target, url: "http://127.0.0.1/secret-path" };
    await world.minute();
    expect(world.beats).toEqual([]);
    world.heartbeat = target;
    world.answer = () => new Response("no", { status: 500 });
    await world.minute();
    const { heartbeat } = world.actor.view();
    expect(heartbeat).toMatchObject({ kind: "failed" });
    expect(JSON.stringify([heartbeat, world.logged])).not.toContain("secret-path");
  });
});
