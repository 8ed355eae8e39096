import { describe, expect, it } from "vitest";
import type { OutboxDraft } from "../../model/delivery.ts";
import type { SignalState } from "../../model/scalars.ts";
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
    over: { subject?: string; channelId?: number } = {},
  ): Promise<number> {
    const { subject = SUBJECT, channelId = 7 } = over;
    const plain = draft(channelId, `${eventKey} ${seconds}`);
    const outbox: OutboxDraft[] = [
      { ...plain, eventKey, payload: { ...plain.payload, eventKey, state, subject } },
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

    it("count as told only by what was sent", async () => {
      const first = await announce("unknown:DEMO:w", "verified", 0);
      expect(await repeats(first, 1)).toBe(false);
      await end(first, 1, "muted");
      expect(await repeats(await announce("evm:0xabc:w", "verified", 2), 3)).toBe(false);
    });
  });
}
