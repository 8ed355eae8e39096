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
        failingSince: null,
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
      expect(await store().setChannelStatus(9, "disabled", "gone")).toBe(false);
    });

    it("say who of several switched them off", async () => {
      await store().addChannel(channelDraft("team"), at(0));
      expect(await store().setChannelStatus(1, "paused", "401")).toBe(true);
      expect(await store().setChannelStatus(1, "paused", "403")).toBe(false);
      expect(await store().channels()).toMatchObject([{ statusReason: "401" }]);
    });

    it("count their failures and refusals, until a success or a person clears them", async () => {
      await store().addChannel(channelDraft("team"), at(0));
      const since = { failingSince: at(1) };
      expect(await store().recordFailure(1, at(1), true)).toEqual({
        ...since,
        failures: 1,
        refusals: 1,
      });
      expect(await store().recordFailure(1, at(2), true)).toEqual({
        ...since,
        failures: 2,
        refusals: 2,
      });
      expect(await store().recordFailure(1, at(3), false)).toEqual({
        ...since,
        failures: 3,
        refusals: 0,
      });
      expect(await store().channels()).toMatchObject([since]);
      await store().clearFailures(1);
      expect(await store().channels()).toMatchObject([{ failingSince: null }]);
      await store().recordFailure(1, at(4), true);
      await store().updateChannel(1, { name: "crew", status: "active", statusReason: null });
      expect(await store().recordFailure(1, at(5), true)).toEqual({
        failingSince: at(5),
        failures: 1,
        refusals: 1,
      });
      expect(await store().recordFailure(9, at(5), true)).toBeNull();
    });
  });
}
