import { describe, expect, it } from "vitest";
import type { NotificationRouting, OutboxDraft } from "../../model/delivery.ts";
import type { Store } from "../index.ts";
import { at, attemptOf, draft, KEY, LEASE_MS, notify, rowOf } from "./fixtures.ts";

const ROUTING: NotificationRouting = {
  route: "r",
  version: "sha",
  group: null,
  repeatMs: null,
  muteTimes: [],
  inhibit: [],
  dueAt: null,
};

/** A row of channel 7 that a route planned. */
function routed(
  idemKey: string,
  routing: Partial<NotificationRouting> = {},
  over: Partial<OutboxDraft["payload"]> = {},
): OutboxDraft {
  const plain = draft(7, idemKey);
  return { ...plain, payload: { ...plain.payload, routing: { ...ROUTING, ...routing }, ...over } };
}
const repeat = (idemKey: string, count: number, due: string): OutboxDraft => ({
  ...routed(idemKey, { dueAt: due }, { repeat: { count, since: at(0) } }),
  notBefore: due,
});

/** What routes (src/routing) ask of the outbox. */
export function routedContract(store: () => Store): void {
  const claim = (id: number, seconds: number) => store().claim(id, `L${id}`, at(seconds), LEASE_MS);
  const end = (id: number, seconds: number, result = "ok") =>
    store().close(
      id,
      `L${id}`,
      { kind: "done", externalId: null },
      attemptOf({ deliveryId: id, leaseToken: `L${id}`, result }),
      at(seconds),
    );

  describe("a row", () => {
    it("is found by its key", async () => {
      const [id = 0] = await notify(store(), [draft(7, "one"), draft(8, "two")]);
      expect(await store().deliveryByKey("one")).toEqual(await rowOf(store, id));
      expect(await store().deliveryByKey("none")).toBeUndefined();
    });
  });

  describe("rows of a group", () => {
    it("are due apart from those of another group and of none", async () => {
      const drafts = [
        routed("a", { group: "one" }),
        routed("b", { group: "two" }),
        routed("c", { group: "one" }),
        routed("d"),
        draft(7, "e"),
        { ...routed("f", { group: "one" }), channelId: 8 },
      ];
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = await notify(store(), drafts);
      const due = async (group?: string | null, limit = 10) =>
        (await store().due(at(1), limit, 7, group)).map(({ id }) => id);
      expect(await due()).toEqual([a, b, c, d, e]);
      expect(await due("one")).toEqual([a, c]);
      expect(await due("one", 1)).toEqual([a]);
      expect(await due("two")).toEqual([b]);
      expect(await due(null)).toEqual([d, e]);
    });
  });

  describe("a group with a wait", () => {
    it("tells when its last message was accepted", async () => {
      const drafts = [routed("a", { group: "g" }), routed("b", { group: "g" }), routed("c")];
      await notify(store(), drafts);
      const last = (group: string, since: number) => store().lastOfGroup(7, group, at(since));
      expect(await last("g", 0)).toBeNull();
      await claim(1, 1);
      await end(1, 2, "inhibited");
      expect(await last("g", 0)).toBeNull();
      await claim(2, 3);
      await end(2, 4);
      expect(await last("g", 3)).toBe(at(4));
      expect(await last("g", 4)).toBeNull();
      expect(await last("other", 0)).toBeNull();
      expect(await store().lastOfGroup(8, "g", at(0))).toBeNull();
    });

    it("makes due what waits in it and was not tried, but no repeat", async () => {
      const later = (idemKey: string, group: string) => ({
        ...routed(idemKey, { group }),
        notBefore: at(60),
      });
      await notify(store(), [later("a", "g"), later("b", "other"), later("c", "g")]);
      const again = repeat("again", 1, at(60));
      const routing = { ...ROUTING, group: "g" };
      await store().addDeliveries([{ ...again, payload: { ...again.payload, routing } }], at(1));
      await store().gatherGroup(7, "g", at(5));
      expect((await store().due(at(5), 9)).map(({ id }) => id)).toEqual([1, 3]);
    });
  });

  describe("what may wait for a mute time", () => {
    it("is asked again at a time, but for a group, a repeat, and what is earlier or held", async () => {
      const muted = { muteTimes: ["nights"] };
      const later = (row: OutboxDraft, due = 500) => ({ ...row, notBefore: at(due) });
      await notify(store(), [
        later(routed("muted", muted)),
        later(routed("unmuted")),
        later(routed("grouped", { ...muted, group: "g" })),
        later(routed("soon", muted), 20),
        later(draft(7, "plain")),
      ]);
      const again = repeat("again", 1, at(500));
      const { routing } = again.payload;
      const payload = { ...again.payload, ...(routing && { routing: { ...routing, ...muted } }) };
      await store().addDeliveries([{ ...again, payload }], at(1));
      expect(await store().askMutedAt(at(90))).toBe(true);
      const { items } = await store().outbox(
        { status: null, channelId: null, since: null },
        { limit: 9, cursor: null },
      );
      const due = new Map(items.map((row) => [row.idemKey, row.nextRetryAt]));
      expect(Object.fromEntries(due)).toEqual({
        ...{ muted: at(90), soon: at(20) },
        ...{ unmuted: at(500), grouped: at(500), plain: at(500), again: at(500) },
      });
      expect(await store().askMutedAt(at(90))).toBe(false);
    });
  });

  describe("a repeat", () => {
    it("is written once, is counted with its event, and waits for its time", async () => {
      await notify(store(), [routed("first")]);
      const drafts = [repeat("again", 1, at(60))];
      await store().addDeliveries(drafts, at(2));
      await store().addDeliveries(drafts, at(3));
      const row = await rowOf(store, 2);
      expect(row).toMatchObject({
        ...{ channelId: 7, eventKey: KEY, idemKey: "again", status: "pending" },
        ...{ createdAt: at(2), nextRetryAt: at(60) },
        payload: { repeat: { count: 1, since: at(0) }, routing: { route: "r", dueAt: at(60) } },
      });
      expect(await rowOf(store, 3)).toBeUndefined();
      const { items } = await store().changedEvents(null, at(1_000), { limit: 10, cursor: null });
      expect(items[0]?.deliveryCount).toBe(2);
      expect(items[0]?.deliveries).toHaveLength(2);
      expect(await claim(2, 59)).toEqual({ kind: "notDue", at: at(60) });
      expect(await claim(1, 60)).toMatchObject({ kind: "claimed" });
      expect(await claim(2, 60)).toMatchObject({ kind: "behind" });
    });

    it("may stand without its event, which retention deleted", async () => {
      await store().addDeliveries([{ ...repeat("late", 1, at(9)), eventKey: "gone" }], at(2));
      expect(await rowOf(store, 1)).toMatchObject({ eventKey: "gone" });
    });

    it("holds up no later change before its time", async () => {
      await notify(store(), [routed("first")]);
      await claim(1, 1);
      await end(1, 1);
      await store().addDeliveries([repeat("again", 1, at(60))], at(2));
      const [id = 0] = await notify(store(), [routed("next", {}, { transition: 2 })], 3);
      expect(await claim(id, 4)).toMatchObject({ kind: "claimed" });
    });
  });

  describe("a route that repeats", () => {
    const of = (eventKey: string, idemKey: string, repeatMs: number | null): OutboxDraft => {
      const plain = routed(idemKey, { repeatMs }, { eventKey, subject: "evm:0xabc:w" });
      return { ...plain, eventKey };
    };

    it("lets another event of the subject say the same after its interval", async () => {
      await notify(store(), [of(KEY, "first", 60_000)]);
      await claim(1, 1);
      await end(1, 1);
      await store().addDeliveries([of("other:1", "b", 60_000), of("other:2", "c", null)], at(2));
      expect(await claim(2, 30)).toMatchObject({ delivery: { repeats: true } });
      await end(2, 30, "repeated");
      await store().addDeliveries([of("other:3", "d", 60_000)], at(31));
      expect(await claim(3, 62)).toMatchObject({ delivery: { repeats: true } });
      await end(3, 62, "repeated");
      expect(await claim(4, 62)).toMatchObject({ delivery: { repeats: false } });
    });

    it.each(["inhibited", "ended"])("takes no row that was %s for a message", async (result) => {
      await notify(store(), [of(KEY, "first", null)]);
      await claim(1, 1);
      await end(1, 1, result);
      await store().addDeliveries([of("other:1", "b", null)], at(2));
      expect(await claim(2, 3)).toMatchObject({ delivery: { repeats: false } });
    });
  });
}
