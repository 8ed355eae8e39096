import { describe, expect, it } from "vitest";
import type { TokenMute } from "../../model/channel-config.ts";
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
  describe("the mutes of a channel", () => {
    const mute = (token: string, until: number, request: string): TokenMute => ({
      ...{ token, until: at(until), by: "@ada", request },
    });
    const mutes = async () => (await store().channels())[0]?.filter.mutes;

    it("are taken once a request, and forgotten when they are replaced or 32 days after", async () => {
      await store().addChannel(channelDraft("team"), at(0));
      const first = mute("evm:0x1", 60, "telegram:1");
      expect(await store().muteToken(1, first, at(1))).toBe("muted");
      const again = { ...first, until: at(99) };
      expect(await store().muteToken(1, again, at(2))).toBe("repeated");
      expect(await mutes()).toEqual([first]);
      const other = mute("$DEMO", 90, "telegram:2");
      await store().muteToken(1, other, at(3));
      expect(await mutes()).toEqual([first, other]);
      const later = mute("x", 32 * 86_400 + 200, "telegram:4");
      await store().muteToken(1, later, at(32 * 86_400 + 75));
      expect(await mutes()).toEqual([other, later]);
      for (let n = 5; n < 410; n++)
        await store().muteToken(1, mute("y", 32 * 86_400 + 300, `telegram:${n}`), at(32 * 86_400));
      const kept = (await mutes()) ?? [];
      expect(kept.length).toBeLessThan(400);
      expect([kept[0]?.request, kept.at(-1)?.request]).toEqual(["telegram:4", "telegram:409"]);
      expect((await store().channels())[0]?.filter).toMatchObject(CHANNEL_FILTER);
      expect(await store().muteToken(2, later, at(5))).toBe("unknown");
    });

    it("are refused when there are too many in force, and none of those is forgotten", async () => {
      await store().addChannel(channelDraft("team"), at(0));
      const put = (token: string, until: number, now: number) =>
        store().muteToken(1, mute(token, until, `${token} ${until}`), at(now));
      for (let n = 0; n < 200; n++) await put(`$T${n}`, 900, 1);
      expect(await put("$LAST", 900, 2)).toBe("full");
      expect((await mutes())?.length).toBe(200);
      expect(await put("$T7", 800, 2)).toBe("muted");
      expect(await put("$T7", 3, 3)).toBe("muted");
      expect(await put("$LAST", 900, 3)).toBe("muted");
      expect(await put("$MORE", 900, 3)).toBe("full");
      expect((await mutes())?.findLast(({ token }) => token === "$T7")?.until).toBe(at(3));
      for (let n = 0; n < 300; n++) expect(await put("$LAST", 900 + n, 4)).not.toBe("full");
      expect((await mutes())?.length).toBeLessThan(400);
      expect((await mutes())?.[0]?.token).toBe("$T0");
      expect(await put("$MORE", 3_000, 2_000)).toBe("muted");
    });

    it("stay ended, however long the mute was that was ended", async () => {
      await store().addChannel(channelDraft("team"), at(0));
      const day = 86_400;
      const ends = mute("$DEMO", 10, "api:2");
      await store().muteToken(1, mute("$DEMO", 30 * day, "api:1"), at(0));
      await store().muteToken(1, ends, at(10));
      await store().muteToken(1, mute("x", 13 * day, "api:3"), at(12 * day));
      expect((await mutes())?.findLast(({ token }) => token === "$DEMO")).toEqual(ends);
    });

    it("are in the audit log, once", async () => {
      await store().addChannel(channelDraft("team"), at(0));
      const entry = {
        ...{ keyId: "telegram:7", keyName: "@ada", action: "answerTelegram", requestId: "r" },
        ...{ at: at(1), subject: "channel/1", before: null, after: { mute: "x" } },
      };
      const asked = mute("x", 60, "telegram:1");
      await store().muteToken(1, asked, at(1), entry);
      await store().muteToken(1, asked, at(1), entry);
      const log = await store().auditLog(
        { action: null, subject: "channel/1", keyId: null, since: null, until: null },
        { limit: 10, cursor: null },
      );
      expect(log.items).toMatchObject([entry]);
    });
  });

  describe("channels", () => {
    it("are added, changed and removed", async () => {
      const added = {
        ...channelDraft("team"),
        id: 1,
        status: "active",
        statusReason: null,
        failingSince: null,
        tenant: "default",
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
