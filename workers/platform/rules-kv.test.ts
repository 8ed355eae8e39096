import { describe, expect, it } from "vitest";
import { VOCABULARY } from "../../src/enrich/registry.ts";
import { loadRules } from "../../src/rules/load.ts";
import { ADMIN_KEY } from "../../test/support/api.ts";
import { BUILT_IN, rulesFile, rulesServer } from "../../test/support/rules-server.ts";
import type { RulesKv } from "./rules-kv.ts";

function ruleset(text: string) {
  const loaded = loadRules(text, {}, VOCABULARY);
  if (loaded.kind === "rejected") throw new Error(JSON.stringify(loaded.problems));
  return loaded.rules;
}
const BY_ME = {
  keyId: "me",
  keyName: null,
  action: "putRules",
  requestId: "r",
  at: "2026-01-15T10:00:00.000Z",
  subject: "rules",
  before: null,
  after: null,
};
const AS_ADMIN = { Authorization: `Bearer ${ADMIN_KEY}` };
const NEXT = ruleset(rulesFile({ next: "mentions > 5" }));

describe("the rules in force", () => {
  it("are the built-in ones until something is published, and then that, in other isolates after their time", async () => {
    const { rules, isolate, passReread } = rulesServer();
    const elsewhere = isolate();
    expect((await rules.current()).text).toBe(BUILT_IN);
    expect((await elsewhere.current()).text).toBe(BUILT_IN);
    await rules.publish(NEXT, BY_ME);
    expect((await rules.current()).sha).toBe(NEXT.sha);
    expect((await elsewhere.current()).text).toBe(BUILT_IN);
    passReread();
    expect((await elsewhere.current()).sha).toBe(NEXT.sha);
  });

  it.each([
    ["is no bundle", "{"],
    ["was edited by hand", JSON.stringify({ text: BUILT_IN, variables: {} })],
    ["does not load any more", JSON.stringify({ text: "groups: 7", variables: {} })],
  ])("stay when the next version %s; it is counted and shown", async (_, content) => {
    const { rules, kv, counted, passReread } = rulesServer();
    await rules.publish(NEXT, BY_ME);
    await rules.current();
    const bad = "b".repeat(64);
    kv.set(`rules:${bad}`, content);
    kv.set("rules:current", bad);
    passReread();
    expect((await rules.current()).sha).toBe(NEXT.sha);
    expect(counted).toEqual(["config_reload_total loaded", "config_reload_total rejected"]);
    expect(rules.status()).toMatchObject({
      version: NEXT.sha,
      rejected: expect.stringContaining(bad),
    });
  });

  it("can go back to the built-in ones that the first version took the place of", async () => {
    const { rules, store, passReread } = rulesServer();
    const builtIn = await rules.current();
    await rules.publish(NEXT, BY_ME);
    expect((await store.rulesVersions(9)).map(({ sha }) => sha).sort()).toEqual(
      [builtIn.sha, NEXT.sha].sort(),
    );
    await rules.publish(builtIn, BY_ME);
    passReread();
    expect((await rules.current()).sha).toBe(builtIn.sha);
    expect(await store.rulesVersions(9)).toHaveLength(2);
  });

  it("are looked up and compiled once, however many signals are explained by the built-in ones", async () => {
    const { rules, store } = rulesServer();
    const { sha } = await rules.current();
    let asked = 0;
    const { rulesDocument } = store;
    Object.assign(store, {
      rulesDocument: (of: string) => {
        asked++;
        return rulesDocument(of);
      },
    });
    const found = [await rules.version(sha), await rules.version(sha), await rules.version(sha)];
    expect([asked, new Set(found).size, found[0]?.sha]).toEqual([1, 1, sha]);
  });

  it("stay while KV is out of reach", async () => {
    const { rules, kv, passReread } = rulesServer();
    await rules.publish(NEXT, BY_ME);
    await rules.current();
    kv.get = () => {
      throw new Error("KV is down");
    };
    passReread();
    expect((await rules.current()).sha).toBe(NEXT.sha);
  });

  it("are the last good version also in an isolate that starts while the pointer is bad", async () => {
    const { rules, isolate, kv } = rulesServer();
    await rules.publish(NEXT, BY_ME);
    kv.set("rules:current", "b".repeat(64));
    expect((await isolate().current()).sha).toBe(NEXT.sha);
  });

  it("are found in the database where KV has not seen the bundle yet", async () => {
    const { rules, isolate, kv } = rulesServer();
    await rules.publish(NEXT, BY_ME);
    kv.delete(`rules:${NEXT.sha}`);
    expect((await isolate().current()).sha).toBe(NEXT.sha);
  });

  it("show what is wrong on GET /rules until it is mended", async () => {
    const { app, rules, kv, passReread } = rulesServer();
    await rules.publish(NEXT, BY_ME);
    await rules.current();
    kv.set("rules:current", "b".repeat(64));
    passReread();
    await rules.current();
    const shown = async () =>
      (
        (await (await app.request("/rules", { headers: AS_ADMIN })).json()) as {
          rejected: string | null;
        }
      ).rejected;
    expect(await shown()).toContain("no such version");
    await rules.publish(NEXT, BY_ME);
    expect(await shown()).toBeNull();
  });
});

describe("a canary", () => {
  const KEYS = Array.from({ length: 200 }, (_, n) => `eth:T${n}:2026-01-15T10:00:00Z`);
  const scoredBy = async (rules: RulesKv) => {
    const found = await Promise.all(KEYS.map((key) => rules.forEvent(key)));
    return found.filter(({ sha }) => sha === NEXT.sha).length;
  };

  it("scores its share of the event keys in every isolate, and the rules in force the others", async () => {
    const { rules, isolate, passReread } = rulesServer();
    const elsewhere = isolate();
    expect(await scoredBy(elsewhere)).toBe(0);
    await rules.startCanary(NEXT, 0.3, BY_ME);
    expect((await rules.current()).text).toBe(BUILT_IN);
    const own = await scoredBy(rules);
    expect(own).toBeGreaterThan(30);
    expect(own).toBeLessThan(90);
    passReread();
    expect(await scoredBy(elsewhere)).toBe(own);
    expect(await elsewhere.canary()).toMatchObject({ sha: NEXT.sha, share: 0.3, author: "me" });
  });

  it("ends when rules are published, and when it is stopped", async () => {
    const { rules } = rulesServer();
    await rules.startCanary(NEXT, 0.3, BY_ME);
    await rules.stopCanary(BY_ME);
    expect([await rules.canary(), await scoredBy(rules)]).toEqual([null, 0]);
    await rules.startCanary(NEXT, 0.3, BY_ME);
    await rules.publish(NEXT, BY_ME);
    expect([await rules.canary(), await scoredBy(rules)]).toEqual([null, KEYS.length]);
  });

  it("is never what a new isolate falls back to", async () => {
    const { rules, isolate, kv } = rulesServer();
    const first = await rules.current();
    await rules.publish(first, BY_ME);
    await rules.startCanary(NEXT, 0.3, BY_ME);
    kv.set("rules:current", "b".repeat(64));
    expect((await isolate().current()).sha).toBe(first.sha);
  });

  it.each([
    ["does not open", JSON.stringify({ sha: "b".repeat(64), share: 0.5, author: "me" })],
    ["is no canary", "{"],
  ])("that %s scores nothing", async (_, text) => {
    const { rules, kv } = rulesServer();
    kv.set("rules:canary", text.replace("}", ',"since":"2026-01-15T10:00:00.000Z"}'));
    expect([await rules.canary(), await scoredBy(rules)]).toEqual([null, 0]);
  });
});
