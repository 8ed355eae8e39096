import { describe, expect, it } from "vitest";
import type { OutboxDraft } from "../../model/delivery.ts";
import type { SignalState } from "../../model/scalars.ts";
import type { TokenEvent } from "../../model/token-event.ts";
import type { Store } from "../index.ts";
import {
  at,
  attemptOf,
  change,
  draft,
  dueIds,
  eventOf,
  LEASE_MS,
  mention,
  signal,
} from "./fixtures.ts";

const SUBJECT = "evm:0xabc:2026-01-15T10:00:00Z";

/** Two events of one token: what a channel is told of the one, it is not told again of the other. */
export function subjectContract(store: () => Store): void {
  /** Makes the next change of an event, which notifies channel 7; answers the row. */
  async function announce(
    eventKey: string,
    state: SignalState,
    seconds: number,
    over: Partial<OutboxDraft["payload"]> & { channelId?: number } = {},
  ): Promise<number> {
    const { channelId = 7, ...said } = { subject: SUBJECT, ...over };
    const plain = draft(channelId, `${eventKey} ${seconds}`);
    const outbox: OutboxDraft[] = [
      { ...plain, eventKey, payload: { ...plain.payload, eventKey, state, ...said } },
    ];
    const rev = (await store().load(eventKey))?.rev ?? 0;
    const evidence = rev === 0 ? [mention(`${eventKey}-${seconds}`, { eventKey })] : [];
    const event = eventOf([mention("shown", { eventKey })]);
    const made = change(rev, evidence, {
      event,
      signal: signal({ eventKey }),
      outbox,
      at: at(seconds),
    });
    return dueIds(await store().commit(made)).at(-1) ?? 0;
  }
  async function repeats(id: number, seconds: number): Promise<unknown> {
    const claim = await store().claim(id, `L${seconds}`, at(seconds), LEASE_MS);
    return claim.kind === "claimed" ? claim.delivery.repeats : claim.kind;
  }
  const end = (id: number, seconds: number, result = "ok") =>
    store().close(
      id,
      `L${seconds}`,
      { kind: "done", externalId: null },
      attemptOf({ deliveryId: id, leaseToken: `L${seconds}`, result }),
      at(seconds),
    );

  describe("two events of one subject", () => {
    it("wait for each other in one channel, and the second repeats the first", async () => {
      const first = await announce("unknown:DEMO:w", "verified", 0);
      const second = await announce("evm:0xabc:w", "verified", 1);
      const elsewhere = await announce("evm:0xdef:w", "verified", 1, { subject: "evm:0xdef:w" });
      const others = await announce("eth:DEMO:w", "verified", 1, { channelId: 8 });
      expect(await repeats(second, 2)).toBe("behind");
      expect(await repeats(elsewhere, 2)).toBe(false);
      expect(await repeats(others, 2)).toBe(false);
      expect(await repeats(first, 3)).toBe(false);
      await end(first, 3);
      expect(await repeats(second, 5)).toBe(true);
    });

    it("tell another state, and the same once more after that", async () => {
      const told = async (id: number, seconds: number) => {
        const answer = await repeats(id, seconds);
        await end(id, seconds, answer === true ? "repeated" : "ok");
        return answer;
      };
      const [symbol, contract] = ["unknown:DEMO:w", "evm:0xabc:w"];
      expect(await told(await announce(symbol, "verified", 0), 10)).toBe(false);
      expect(await told(await announce(contract, "downgraded", 11), 20)).toBe(false);
      expect(await told(await announce(symbol, "downgraded", 21), 30)).toBe(true);
      expect(await told(await announce(contract, "verified", 31), 40)).toBe(false);
      expect(await told(await announce(contract, "verified", 41), 50)).toBe(false);
    });

    const WINDOW = "2026-01-15T10:00:00Z";
    /** Announces, claims when it is due, and ends as the holder would; whether it was a repeat. */
    function teller() {
      let now = 0;
      return async (
        eventKey: string,
        state: SignalState,
        over: Partial<OutboxDraft["payload"]> = {},
      ) => {
        const key = `${eventKey}:${WINDOW}`;
        const id = await announce(key, state, now++, { subject: key, chain: "unknown", ...over });
        const answer = await repeats(id, now);
        await end(id, now++, answer === true ? "repeated" : "ok");
        return answer;
      };
    }
    const A = { tokenCa: "0xa" };
    const B = { tokenCa: "0xb" };

    it("are told once while nobody knows the contract of the symbol, in either order", async () => {
      const tell = teller();
      expect(await tell("unknown:AURA", "verified", { symbol: "AURA" })).toBe(false);
      expect(await tell("evm:0xa", "verified", { symbol: "AURA", ...A })).toBe(true);
      expect(await tell("evm:0xa", "downgraded", { symbol: "AURA", ...A })).toBe(false);
      expect(await tell("unknown:AURA", "downgraded", { symbol: "AURA" })).toBe(true);
      expect(await tell("evm:0xc", "verified", { symbol: "LUNA", tokenCa: "0xc" })).toBe(false);
      expect(await tell("unknown:LUNA", "verified", { symbol: "LUNA" })).toBe(true);
    });

    it("are told once of a coin whose chain only one of them names", async () => {
      const tell = teller();
      const coin = { symbol: "BTC" };
      expect(await tell("btc:BTC", "verified", { ...coin, chain: "btc" })).toBe(false);
      expect(await tell("unknown:BTC", "verified", coin)).toBe(true);
    });

    it("are two where contracts or chains differ, and a symbol is the first of them", async () => {
      const tell = teller();
      const pepe = { symbol: "PEPE" };
      expect(await tell("unknown:PEPE", "verified", pepe)).toBe(false);
      expect(await tell("evm:0xa", "verified", { ...pepe, ...A })).toBe(true);
      expect(await tell("evm:0xb", "verified", { ...pepe, ...B })).toBe(false);
      expect(await tell("eth:DEMO", "verified", { chain: "eth" })).toBe(false);
      expect(await tell("sol:DEMO", "verified", { chain: "sol" })).toBe(false);
    });

    it("are shown with each other, as one", async () => {
      const shown = async (
        key: string,
        over: Partial<TokenEvent>,
        contract: string | null = null,
      ) => {
        const eventKey = `${key}:${WINDOW}`;
        const pieces = [mention(key, { eventKey, postId: key })];
        const facts = { ...signal().facts, values: { contract } };
        await store().commit(
          change(0, pieces, {
            event: eventOf(pieces, { chain: "unknown", ...over }),
            signal: signal({ eventKey, facts }),
          }),
        );
        return eventKey;
      };
      const aura = { symbol: "AURA" };
      const [a, b] = [
        { ...aura, ...A },
        { ...aura, ...B },
      ];
      const unknown = await shown("unknown:AURA", aura);
      const first = await shown("evm:0xa", { ...a, chain: "eth" });
      const second = await shown("evm:0xb", b);
      const found = await shown("sol:AURA", { ...aura, chain: "sol" }, "eth:0xa");
      const pool = await shown("evm:0xpool", a);
      const later = { windowStart: "2026-01-15T11:00:00Z", lastTs: at(3_700) };
      await shown("eth:AURA", { ...aura, ...later });
      await shown("eth:LUNA", { symbol: "LUNA" });
      const related = await store().relatedEvents([unknown, first, second, found, pool, "none"]);
      expect(
        Object.fromEntries(related.map(({ eventKey, related }) => [eventKey, related])),
      ).toEqual({
        [unknown]: [first, second, found, pool].sort(),
        [first]: [found, pool, unknown].sort(),
        [second]: [unknown],
        [found]: [first, pool, unknown].sort(),
        [pool]: [first, found, unknown].sort(),
      });
    });

    it("wait for each other while the contract of the symbol is not known", async () => {
      const own = (key: string, over = {}) => ({
        ...{ subject: key, chain: "unknown" as const, symbol: "AURA", ...over },
      });
      const [symbol, contract] = [`unknown:AURA:${WINDOW}`, `evm:0xa:${WINDOW}`];
      const first = await announce(contract, "verified", 0, own(contract, A));
      const second = await announce(symbol, "verified", 0, own(symbol));
      const claims = await Promise.all([repeats(second, 1), repeats(first, 2)]);
      expect(claims).toEqual(["behind", false]);
      await end(first, 2);
      expect(await repeats(second, 4)).toBe(true);
    });

    it("count as told only by what was sent", async () => {
      const first = await announce("unknown:DEMO:w", "verified", 0);
      expect(await repeats(first, 1)).toBe(false);
      await end(first, 1, "muted");
      expect(await repeats(await announce("evm:0xabc:w", "verified", 2), 3)).toBe(false);
    });
  });
}
