import { describe, expect, it } from "vitest";
import { NOON, outboxWorld, type Target, TELEGRAM_ENV } from "../../test/support/outbox.ts";
import { ChannelFilter } from "../model/channel-config.ts";
import { StoreUnavailable } from "../store/index.ts";

const lost = () => {
  throw new TypeError("network");
};
const filter = (over: object) => ChannelFilter.parse(over);
const EMAIL_ENV = { ...TELEGRAM_ENV, RESEND_API_KEY: "re_key", MAIL_FROM: "signals@dev.org" };
const minutes = (count: number) => count * 60_000;

describe("a digest", () => {
  const telegram = {
    kind: "telegram",
    settings: { chatId: 5 },
    filter: filter({ digestMinutes: 10 }),
  };
  const taken = () => Response.json({ ok: true, result: { message_id: 9 } });

  it("puts what is due into one message and closes every row", async () => {
    const world = await outboxWorld(telegram, taken, TELEGRAM_ENV);
    const ids = [];
    for (const symbol of ["AAA", "BBB", "CCC"])
      ids.push(await world.change({ transition: 1 }, { symbol, eventKey: `eth:${symbol}:w` }));
    expect(await world.deliver(ids[0] ?? 0)).toMatchObject({
      kind: "later",
      at: NOON + minutes(10),
      reason: "not due",
    });
    world.clock.now = NOON + minutes(10);
    expect(await world.deliver(ids[1] ?? 0)).toMatchObject({ kind: "done", rows: 3 });
    expect(await world.deliver(ids[2] ?? 0)).toEqual({ kind: "closed" });
    expect(world.seen).toHaveLength(1);
    expect(world.seen[0]?.body.text).toMatch(/<b>3 signals<\/b>.*\$AAA.*\$BBB.*\$CCC/s);
    expect((await world.rows()).map(({ status }) => status)).toEqual(["done", "done", "done"]);
  });

  it("is answered and not rewritten when one of its events changes", async () => {
    const world = await outboxWorld(telegram, taken, TELEGRAM_ENV);
    const id = await world.change();
    await world.change({ transition: 1 }, { symbol: "BBB", eventKey: "eth:BBB:w" });
    world.clock.now += minutes(10);
    expect(await world.deliver(id)).toMatchObject({ kind: "done", rows: 2 });
    const later = await world.change({ state: "downgraded" });
    world.clock.now += minutes(10);
    expect(await world.deliver(later)).toMatchObject({ kind: "done", rows: 1 });
    expect(world.seen.map(({ url }) => url.split("/").at(-1))).toEqual([
      "sendMessage",
      "sendMessage",
    ]);
    expect(world.seen[1]?.body.reply_parameters).toMatchObject({ message_id: 9 });
    const last = await world.change({ state: "verified" });
    world.clock.now += minutes(10);
    expect(await world.deliver(last)).toMatchObject({ kind: "done" });
    expect(world.seen.at(-1)?.url).toMatch(/editMessageText$/);
  });

  it("that fails is tried again whole", async () => {
    const world = await outboxWorld(
      telegram,
      (_, n) => (n === 0 ? new Response("", { status: 502 }) : taken()),
      TELEGRAM_ENV,
    );
    const ids = [];
    for (const symbol of ["AAA", "BBB"])
      ids.push(await world.change({ transition: 1 }, { symbol, eventKey: `eth:${symbol}:w` }));
    world.clock.now = NOON + minutes(10);
    const outcome = await world.deliver(ids[0] ?? 0);
    expect(outcome).toMatchObject({ kind: "later", result: "retry" });
    world.clock.now = outcome.kind === "later" ? outcome.at : 0;
    expect(await world.deliver(ids[0] ?? 0)).toMatchObject({ kind: "done", rows: 2 });
  });

  const email = {
    kind: "email",
    settings: { to: ["ops@dev.org"] },
    filter: filter({ digestMinutes: 10 }),
  };
  const keyed = async (target: Target) => {
    const world = await outboxWorld(email, target, EMAIL_ENV);
    const ids: number[] = [];
    const add = async (symbol: string) => {
      const id = await world.change({ transition: 1 }, { symbol, eventKey: `eth:${symbol}:w` });
      ids.push(id);
      return id;
    };
    await add("AAA");
    await add("BBB");
    world.clock.now += minutes(10);
    const key = (n: number) => world.seen[n]?.headers["idempotency-key"];
    const symbols = (n: number) =>
      ["AAA", "BBB", "CCC"].filter((symbol) =>
        JSON.stringify(world.seen[n]?.body).includes(symbol),
      );
    return { ...world, ids, add, key, symbols };
  };
  const accepted = () => Response.json({ id: "re_1" });

  it("whose worker died after the send is repeated with its key and its rows alone, from whichever row", async () => {
    for (const from of [0, 1, 2]) {
      const world = await keyed(accepted);
      const { close } = world.ports.store;
      world.ports.store.close = () => Promise.reject(new StoreUnavailable("died"));
      await world.deliver(world.ids[0] ?? 0);
      world.ports.store.close = close;
      world.journal.clear();
      await world.add("CCC");
      world.clock.now += minutes(30);
      for (const n of [from, 0, 1, 2]) await world.deliver(world.ids[n] ?? 0);
      const again = [1, 2].find((n) => world.symbols(n).length === 2) ?? 0;
      expect(world.symbols(again)).toEqual(["AAA", "BBB"]);
      expect(world.key(again)).toBe(world.key(0));
      expect(world.symbols(3 - again)).toEqual(["CCC"]);
      expect(world.seen).toHaveLength(3);
    }
  });

  it("is not sent again when the lease of one of its rows is gone", async () => {
    const world = await keyed((_, n) => (n === 0 ? lost() : accepted()));
    await world.deliver(world.ids[0] ?? 0);
    world.clock.now += minutes(30);
    const { renew } = world.ports.store;
    world.ports.store.renew = async (id, ...given) => id !== world.ids[1] && renew(id, ...given);
    expect(await world.deliver(world.ids[0] ?? 0)).toEqual({ kind: "lost-lease" });
    expect(world.seen).toHaveLength(1);
    world.ports.store.renew = renew;
    world.clock.now += minutes(30);
    expect(await world.deliver(world.ids[0] ?? 0)).toMatchObject({ kind: "done", rows: 2 });
    expect([world.symbols(1), world.key(1)]).toEqual([["AAA", "BBB"], world.key(0)]);
  });

  it("whose answer was lost is repeated the same, also past a definite failure and by two callers at a time", async () => {
    const world = await keyed((_, n) =>
      n === 0 ? lost() : n === 1 ? new Response("", { status: 503 }) : accepted(),
    );
    await world.deliver(world.ids[0] ?? 0);
    await world.add("CCC");
    for (let round = 0; round < 4; round += 1) {
      world.clock.now += minutes(15);
      await Promise.all(world.ids.slice(0, 2).map((id) => world.deliver(id)));
    }
    expect([0, 1, 2].map(world.symbols)).toEqual(Array(3).fill(["AAA", "BBB"]));
    expect(new Set([0, 1, 2].map(world.key)).size).toBe(1);
    expect((await world.rows()).map(({ status }) => status)).toEqual(["done", "done", "pending"]);
  });

  it("that was refused for now takes in what fell due meanwhile", async () => {
    const world = await keyed((_, n) => (n === 0 ? new Response("", { status: 503 }) : accepted()));
    await world.deliver(world.ids[0] ?? 0);
    await world.add("CCC");
    world.clock.now += minutes(15);
    await world.deliver(world.ids[0] ?? 0);
    expect(world.symbols(1)).toEqual(["AAA", "BBB", "CCC"]);
    expect(world.key(1)).not.toBe(world.key(0));
  });

  const hooks = {
    discord: "https://discord.com/api/webhooks/1/token",
    slack: "https://hooks.slack.com/services/T0/B0/token",
  };
  it.each([
    { ...telegram },
    { ...email },
    { ...telegram, kind: "discord", settings: { url: hooks.discord } },
    { ...telegram, kind: "slack", settings: { url: hooks.slack } },
  ])("of $kind holds no more rows than one message can show, and loses none", async (channel) => {
    const answer = ({ url }: { url: string }) =>
      url.includes("slack")
        ? new Response("ok")
        : Response.json({ id: "1", ok: true, result: { message_id: 9 } });
    const world = await outboxWorld(channel, answer, EMAIL_ENV);
    for (let n = 0; n < 60; n++)
      await world.change(
        { transition: 1 },
        { symbol: `S${n}`, eventKey: `eth:0x${`${n}`.padStart(40, "0")}:2026-01-15T12:00:00Z` },
      );
    world.clock.now += minutes(10);
    for (const { id } of await world.rows()) await world.deliver(id);
    expect(new Set((await world.rows()).map(({ status }) => status))).toEqual(new Set(["done"]));
    const sent = world.seen.map(({ body }) => JSON.stringify(body)).join();
    const untold = (await world.rows()).filter(
      ({ eventKey }) => !sent.replaceAll(/\\\\/g, "").includes(`${eventKey} #1`),
    );
    expect(untold).toEqual([]);
    expect(sent).not.toContain("…");
    expect(world.seen.length).toBeLessThan(20);
  });

  it("leaves a row that may have arrived by itself to be repeated by itself, with its key", async () => {
    const world = await outboxWorld(
      { ...email, filter: filter({}) },
      (_, n) => (n === 0 ? lost() : accepted()),
      EMAIL_ENV,
    );
    const first = await world.change({ transition: 1 }, { symbol: "AAA", eventKey: "eth:AAA:w" });
    await world.deliver(first);
    await world.store.updateChannel(world.channelId, { filter: email.filter });
    const second = await world.change({ transition: 1 }, { symbol: "BBB", eventKey: "eth:BBB:w" });
    world.clock.now += minutes(10);
    for (const id of [second, first]) await world.deliver(id);
    const bodies = world.seen.map(({ body }) => JSON.stringify(body));
    expect(bodies.map((body) => ["AAA", "BBB"].filter((symbol) => body.includes(symbol)))).toEqual([
      ["AAA"],
      ["BBB"],
      ["AAA"],
    ]);
    expect(world.seen[2]?.headers["idempotency-key"]).toBe(
      world.seen[0]?.headers["idempotency-key"],
    );
  });
});
