import { describe, expect, it } from "vitest";
import { ChannelFilter } from "../../model/channel-config.ts";
import type { AuditLogFilter, ChangeEntry } from "../audit-log.ts";
import type { Store } from "../index.ts";
import { at } from "./fixtures.ts";

const ANY: AuditLogFilter = { action: null, subject: null, keyId: null, since: null, until: null };
const WHOLE = { limit: 50, cursor: null };

const entry = (second: number, over: Partial<ChangeEntry> = {}): ChangeEntry => ({
  at: at(second),
  keyId: "k1",
  keyName: "ops",
  action: "putList",
  subject: "list/authors",
  requestId: `r${second}`,
  before: { sha256: "a" },
  after: { sha256: "b" },
  ...over,
});

export function auditLogContract(store: () => Store): void {
  const rows = async (filter: Partial<AuditLogFilter> = {}) =>
    (await store().auditLog({ ...ANY, ...filter }, WHOLE)).items;
  const subjects = async () => (await rows()).map(({ subject }) => subject);

  describe("the audit log", () => {
    it("answers what was recorded, the latest first, by page and by filter", async () => {
      for (const second of [1, 2, 3]) await store().recordChange(entry(second));
      await store().recordChange(entry(4, { action: "setFault", keyId: "k2", before: null }));
      const [latest, next] = await rows();
      expect(latest).toMatchObject({ action: "setFault", keyId: "k2", before: null });
      expect(next).toEqual({ ...entry(3), id: expect.any(Number) });
      const first = await store().auditLog(ANY, { limit: 3, cursor: null });
      const rest = await store().auditLog(ANY, { limit: 3, cursor: first.nextCursor });
      expect(rest.items).toMatchObject([{ requestId: "r1" }]);
      expect(await rows({ action: "setFault" })).toHaveLength(1);
      expect(await rows({ keyId: "k1", since: at(2), until: at(3) })).toMatchObject([
        { requestId: "r2" },
      ]);
      expect(await rows({ subject: "list/coins" })).toEqual([]);
    });

    it("has an entry for each change of a channel that happened, and for no other", async () => {
      const named = { subject: null, before: null, after: { name: "a" } };
      const draft = {
        kind: "webhook",
        name: "a",
        settings: {},
        filter: ChannelFilter.parse({}),
        atMostOnce: false,
      };
      const saved = await store().addChannel(draft, at(0), entry(1, named));
      if (saved.kind !== "saved") throw new Error(saved.kind);
      const { id } = saved.channel;
      await store().addChannel(draft, at(0), entry(2, named));
      await store().updateChannel(id, { name: "b" }, entry(3, { subject: "renamed" }));
      await store().updateChannel(id + 9, { name: "c" }, entry(4));
      await store().removeChannel(id, at(5), entry(5, { subject: "removed" }));
      await store().removeChannel(id, at(6), entry(6));
      expect(await subjects()).toEqual(["removed", "renamed", `channel/${id}`]);
    });

    it("has an entry for each change of a key and of the rules", async () => {
      const key = {
        id: "k9",
        name: "ci",
        tenant: "default",
        hash: "abc",
        scopes: ["read"],
        sources: null,
        limitPerMinute: null,
        createdAt: at(0),
        expiresAt: null,
        revokedAt: null,
      };
      await store().addKey(key, entry(1, { subject: "key/k9" }));
      await store().revokeKey("k9", at(2), entry(2, { subject: "revoked" }));
      await store().revokeKey("none", at(2), entry(3));
      const version = { sha: "s", document: "d", author: "a" };
      await store().recordRules(version, at(4), entry(4, { subject: "rules" }));
      expect(await subjects()).toEqual(["rules", "revoked", "key/k9"]);
    });

    it("names what a replay took, and stays silent when it took nothing", async () => {
      const letter = {
        key: "posts:1",
        stage: "posts",
        reason: "poison",
        error: "e",
        payload: {},
        attempts: 1,
        subject: null,
        advice: "",
      };
      await store().bury([letter], at(0));
      const filter = { ids: null, stage: "posts", reason: null };
      const replay = (second: number) =>
        store().takeForReplay(filter, 9, at(second), entry(second, { after: null }));
      const taken = await replay(1);
      await replay(2);
      expect(await rows()).toMatchObject([{ after: { ids: taken.map(({ id }) => id) } }]);
      await store().reopen(99, at(3), entry(3));
      expect(await rows()).toHaveLength(1);
    });
  });
}
