import { describe, expect, it } from "vitest";
import type { ChannelDraft } from "../channels.ts";
import type { Store } from "../index.ts";
import { at, draft, LEASE_MS, notify, rowOf } from "./fixtures.ts";

const CHANNEL_FILTER = {
  minScore: 5,
  chains: [],
  symbols: ["DEMO"],
  states: [],
  quietHours: null,
  digestMinutes: 0,
  mutedEvents: [],
};

const channelDraft = (name: string): ChannelDraft => ({
  ...{
    kind: "webhook",
    name,
    settings: { url: "https://example.org", secret: "ü🚀" },
    filter: CHANNEL_FILTER,
    atMostOnce: false,
  },
});

export function channelContract(store: () => Store): void {
  describe("channels", () => {
    it("are added, changed and removed", async () => {
      const added = {
        ...channelDraft("team"),
        id: 1,
        status: "active",
        statusReason: null,
        createdAt: at(0),
      };
      expect(await store().addChannel(channelDraft("team"), at(0))).toEqual({
        kind: "saved",
        channel: added,
      });
      expect(await store().addChannel(channelDraft("team"), at(1))).toEqual({ kind: "taken" });
      await store().addChannel(channelDraft("ops"), at(1));
      const [first, second] = await store().channels();
      expect(first).toEqual(added);
      const changed = {
        ...added,
        name: "crew",
        settings: { url: "b" },
        status: "paused",
        statusReason: "401",
        atMostOnce: true,
      };
      const patch = {
        name: "crew",
        settings: { url: "b" },
        status: "paused",
        statusReason: "401",
        atMostOnce: true,
      } as const;
      expect(await store().updateChannel(1, patch)).toEqual({ kind: "saved", channel: changed });
      expect(await store().updateChannel(1, {})).toEqual({ kind: "saved", channel: changed });
      expect(await store().updateChannel(1, { name: "ops" })).toEqual({ kind: "taken" });
      expect(await store().updateChannel(9, { name: "new" })).toEqual({ kind: "unknown" });
      expect(await store().removeChannel(1, at(2))).toBe(true);
      expect(await store().removeChannel(1, at(2))).toBe(false);
      expect(await store().updateChannel(1, { name: "back" })).toEqual({ kind: "unknown" });
      expect(await store().channels()).toEqual([second]);
      expect(await store().addChannel(channelDraft("crew"), at(3))).toMatchObject({
        kind: "saved",
        channel: { id: expect.any(Number) },
      });
    });

    it("end what waits for them when they are removed, but for what is being sent", async () => {
      await store().addChannel(channelDraft("team"), at(0));
      await store().addChannel(channelDraft("crew"), at(0));
      await notify(store(), [draft(1, "one"), draft(1, "two"), draft(2, "other")]);
      await store().claim(1, "L1", at(1), LEASE_MS);
      await store().removeChannel(1, at(2));
      const rows = await Promise.all([1, 2, 3].map((id) => rowOf(store, id)));
      expect(rows.map((row) => [row?.status, row?.attempts.map(({ result }) => result)])).toEqual([
        ["sending", []],
        ["done", ["skipped"]],
        ["pending", []],
      ]);
      expect(await store().claim(2, "L2", at(3), LEASE_MS)).toEqual({ kind: "closed" });
      expect((await store().due(at(4), 10)).map(({ id }) => id)).toEqual([3]);
    });

    it("say why they are paused, until they are not", async () => {
      await store().addChannel(channelDraft("team"), at(0));
      await store().setChannelStatus(1, "paused", "401 from the hook");
      expect(await store().channels()).toMatchObject([
        { status: "paused", statusReason: "401 from the hook", name: "team" },
      ]);
      await store().setChannelStatus(1, "active", null);
      expect(await store().channels()).toMatchObject([
        { status: "active", statusReason: null, settings: channelDraft("team").settings },
      ]);
      await store().setChannelStatus(9, "disabled", "gone");
    });
  });
}
