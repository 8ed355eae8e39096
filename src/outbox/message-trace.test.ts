import { describe, expect, it } from "vitest";
import { outboxWorld, TELEGRAM_ENV } from "../../test/support/outbox.ts";
import { parseTraceparent } from "../kit/trace-context.ts";
import { ChannelFilter } from "../model/channel-config.ts";

const ONE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TWO = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
type World = Awaited<ReturnType<typeof outboxWorld>>;

const sentIn = (world: World) =>
  world.seen.map(({ headers }) => parseTraceparent(headers.traceparent ?? ""));

async function untilDone(world: World, id: number): Promise<void> {
  for (;;) {
    const outcome = await world.deliver(id);
    if (outcome.kind !== "later") return;
    world.clock.now = outcome.at;
  }
}

describe("a delivery", () => {
  it("continues the trace of the first post at every attempt, each in a span of its own", async () => {
    const world = await outboxWorld({}, (_, n) => new Response("", { status: n < 2 ? 503 : 200 }));
    await untilDone(world, await world.change({}, {}, [ONE, TWO]));
    const sent = sentIn(world);
    expect(new Set(sent.map((each) => each?.traceId))).toEqual(
      new Set(["0af7651916cd43dd8448eb211c80319c"]),
    );
    expect(new Set(sent.map((each) => each?.spanId)).size).toBe(3);
    expect(world.seen[0]?.raw).not.toContain("traces");
  });

  it("of a trace that is not exported says so to its receiver", async () => {
    const world = await outboxWorld();
    await world.deliver(await world.change({}, {}, [ONE.replace(/01$/, "00")]));
    expect(sentIn(world)).toMatchObject([{ sampled: false }]);
  });

  it("of before posts had traces has one of its own, the same at every attempt", async () => {
    const world = await outboxWorld({}, (_, n) => new Response("", { status: n < 1 ? 503 : 200 }));
    await untilDone(world, await world.change());
    const [first, second] = sentIn(world);
    expect(first?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(second?.traceId).toBe(first?.traceId);
  });
});

describe("a digest", () => {
  it("has one trace of its own at every attempt, and is in none of its posts' alone", async () => {
    const digest = {
      kind: "telegram",
      settings: { chatId: 5 },
      filter: ChannelFilter.parse({ digestMinutes: 10 }),
    };
    const target = (_: unknown, n: number) =>
      n === 0
        ? new Response("", { status: 503 })
        : Response.json({ ok: true, result: { message_id: 9 } });
    const world = await outboxWorld(digest, target, TELEGRAM_ENV);
    const id = await world.change({ transition: 1 }, { eventKey: "eth:AAA:w" }, [ONE]);
    await world.change({ transition: 1 }, { eventKey: "eth:BBB:w" }, [TWO]);
    world.clock.now += 600_000;
    await untilDone(world, id);
    const sent = sentIn(world).map((each) => each?.traceId);
    expect(sent).toHaveLength(2);
    expect(new Set(sent).size).toBe(1);
    expect([ONE, TWO].some((trace) => trace.includes(sent[0] ?? ""))).toBe(false);
  });
});
