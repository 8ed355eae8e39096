import { describe, expect, it } from "vitest";
import { ADMIN_KEY } from "../../../test/support/api.ts";
import { BUILT_IN, rulesFile, rulesServer } from "../../../test/support/rules-server.ts";
import { at, change, mention, signal } from "../../store/contract/fixtures.ts";

const NEXT = rulesFile({ seen: "mentions > 0", loud: "mentions > 9" });
const BROKEN = rulesFile({ seen: "mentions > 0", bad: "goplus_risk == 'green'" });

function client(server = rulesServer()) {
  const call = async (method: string, path: string, body?: unknown, type = "application/json") => {
    const response = await server.app.request(path, {
      method,
      headers: { Authorization: `Bearer ${ADMIN_KEY}`, "Content-Type": type },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  return { ...server, call };
}

describe("PUT /rules", () => {
  it.each([
    ["as YAML", NEXT, "text/yaml"],
    ["within JSON", { document: NEXT }, "application/json"],
  ])("makes a good file the one in force: %s", async (_, body, type) => {
    const { call, rules } = client();
    const put = await call("PUT", "/rules", body, type);
    expect(put).toMatchObject({ status: 200, body: { rules: 2, warnings: [] } });
    expect((await rules.current()).sha).toBe(put.body.sha);
    expect((await call("GET", "/rules")).body).toMatchObject({
      sha: put.body.sha,
      version: put.body.version,
      document: NEXT,
      rejected: null,
    });
  });

  it("answers 422 with line, column and suggestion, and changes nothing", async () => {
    const { call, kv } = client();
    const put = await call("PUT", "/rules", { document: BROKEN });
    expect(put.status).toBe(422);
    expect(put.body.errors).toEqual(
      [
        {
          line: 6,
          column: BROKEN.split("\n")[5]?.indexOf("'green'") ?? -1,
          path: "groups[0].rules[1].condition",
          message: expect.stringContaining("double quotes"),
          suggestion: 'write "green"',
          mend: 'write "green"',
        },
      ].map((error) => ({ ...error, column: error.column + 1 })),
    );
    expect(put.body.detail).toMatch(
      /^The rules were refused and nothing was changed\. Line 6, column \d+: groups\[0\]\.rules\[1\]\.condition: /,
    );
    expect([...kv.keys()]).toEqual([]);
    expect((await call("GET", "/rules")).body.document).toBe(BUILT_IN);
  });

  it("changes nothing on a dry run", async () => {
    const { call, kv } = client();
    expect((await call("PUT", "/rules?dry_run=1", NEXT, "text/yaml")).status).toBe(200);
    expect(kv.size).toBe(0);
  });

  it.each([
    [{ document: 5 }, 422],
    ["{", 400],
    [{}, 422],
  ])("refuses %j with %i", async (body, status) => {
    expect((await client().call("PUT", "/rules", body)).status).toBe(status);
  });

  it("refuses a body that no rules file could have", async () => {
    expect((await client().call("PUT", "/rules", "#".repeat(600_000), "text/yaml")).status).toBe(
      413,
    );
  });
});

describe("versions", () => {
  it("are listed, shown by a prefix, and rolled back to", async () => {
    const { call, rules } = client();
    const first = (await call("PUT", "/rules", NEXT, "text/yaml")).body.sha;
    const second = (await call("PUT", "/rules", rulesFile({ other: "copies > 1" }), "text/yaml"))
      .body.sha;
    const { versions } = (await call("GET", "/rules/versions")).body;
    expect(versions.map(({ author }: { author: string }) => author)).toContain("built in");
    expect(versions).toHaveLength(3);
    expect(versions.find((version: { current: boolean }) => version.current).sha).toBe(second);
    expect((await call("GET", `/rules/versions/${first.slice(0, 8)}`)).body.document).toBe(NEXT);
    expect(await call("POST", "/rules/rollback", { sha: first.slice(0, 8) })).toMatchObject({
      status: 200,
      body: { sha: first },
    });
    expect((await rules.current()).sha).toBe(first);
  });

  it.each([
    ["0123456789", 404],
    ["xyz", 422],
    ["", 422],
  ])("answer a rollback to %j with %i", async (sha, status) => {
    expect((await client().call("POST", "/rules/rollback", { sha })).status).toBe(status);
  });

  it("that nobody knows are not found", async () => {
    expect((await client().call("GET", "/rules/versions/abcdef")).status).toBe(404);
  });
});

describe("POST /rules/eval", () => {
  it("scores by the facts it knows, and names those that no rule can read", async () => {
    const { body } = await client().call("POST", "/rules/eval", {
      facts: { mentions: 3, dex_liquidty: 9 },
    });
    expect(body).toMatchObject({
      score: 1,
      warnings: [
        {
          path: "facts.dex_liquidty",
          message: "unknown fact dex_liquidty",
          suggestion: "did you mean dex_liquidity?",
        },
      ],
    });
  });

  it("takes another name of a fact for it, and says which facts it left out", async () => {
    const { body } = await client().call("POST", "/rules/eval", {
      facts: { last_sentiment_score: 0.9, dex_liquidity: "many" },
      rules: rulesFile({ glad: "sentiment > 0.5" }),
    });
    expect(body).toMatchObject({
      reasons: [{ rule: "glad" }],
      warnings: [{ path: "facts.dex_liquidity", message: expect.stringContaining("a number") }],
    });
  });

  it("answers within a second whatever the patterns and the texts", async () => {
    const conditions = Object.fromEntries(
      [..."abcdefgh"].map((end) => [end, `symbol ~= "${"a?".repeat(160)}${end}"`]),
    );
    const began = process.threadCpuUsage();
    const { status } = await client().call("POST", "/rules/eval", {
      facts: { symbol: "a".repeat(10_000), chain: "a".repeat(300_000) },
      rules: rulesFile(conditions),
      explain: true,
    });
    const { user, system } = process.threadCpuUsage(began);
    expect(status).toBe(200);
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });

  it("scores facts by the rules in force, and stores nothing", async () => {
    const { call, kv } = client();
    const { body } = await call("POST", "/rules/eval", { facts: { mentions: 3 }, explain: true });
    expect(body).toMatchObject({
      score: 1,
      level: "observe",
      state: "candidate",
      reasons: [{ rule: "seen" }],
    });
    expect(body.explanation.rules[0]).toMatchObject({ rule: "seen", outcome: "matched" });
    expect(kv.size).toBe(0);
  });

  it("tries rules that are not in force, takes JSON's true for 1, and keeps a state that is not known to have ended", async () => {
    const rules =
      `${rulesFile({ pot: "is_honeypot == 1" })}states: { verified: holder_count > ` +
      `5, downgraded: score < -5 }\n`;
    const given = { facts: { is_honeypot: true }, rules, previous_state: "verified" };
    expect((await client().call("POST", "/rules/eval", given)).body).toMatchObject({
      reasons: [{ rule: "pot" }],
      state: "verified",
    });
  });

  it.each([
    [{ facts: {}, rules: BROKEN }, "line"],
    [{ facts: { mentions: {} } }, "path"],
    [{ facts: {}, nonsense: 1 }, "path"],
  ])("answers 422 to %j", async (given, field) => {
    const { status, body } = await client().call("POST", "/rules/eval", given);
    expect([status, field in body.errors[0]]).toEqual([422, true]);
  });
});

describe("POST /rules/backtest", () => {
  it("replays 10,000 stored signals in under 10 s, and counts rules on trial", {
    timeout: 120_000,
  }, async () => {
    const { call, store } = client();
    for (let n = 0; n < 10_000; n++) {
      const eventKey = `eth:T${n}:2026-01-15T10:00:00Z`;
      const values = {
        mentions: n % 20,
        dex_liquidity: n * 10,
        goplus_risk: n % 2 ? "green" : "red",
      };
      const reasons = [{ rule: "seen", group: "g", score: 1, text: "because" }];
      const facts = { evaluatedAt: at(0), values, origin: {}, degraded: [], notes: [] };
      await store.commit(
        change(0, [mention(n, { eventKey })], {
          signal: signal({ eventKey, score: 1, reasons, facts }),
        }),
      );
    }
    const trial =
      "      - { name: trial, condition: dex_liquidity >= 50000, score: 9, reason: x, stage: " +
      "shadow }\n";
    const body = { rules: `${rulesFile({ loud: "mentions > 9" })}${trial}`, since: at(-1) };
    const began = process.threadCpuUsage();
    const report = (await call("POST", "/rules/backtest", body)).body;
    const { user, system } = process.threadCpuUsage(began);
    console.info(
      `10,000 signals replayed in ${((user + system) / 1_000).toFixed(0)} ms of processor time`,
    );
    expect(user + system).toBeLessThan(10_000_000);
    expect(report).toMatchObject({ signals: 10_000, score_changes: 5_000, appear: { count: 0 } });
    expect(report.rules).toMatchObject([
      {
        rule: "loud",
        matched_before: 0,
        matched: 5_000,
        points: 5_000,
        errors: 0,
        examples: expect.any(Array),
      },
      { rule: "trial", matched: 5_000, examples: expect.any(Array) },
      { rule: "seen", matched_before: 10_000, matched: 0 },
    ]);
    expect(report.rules[0].examples).toHaveLength(5);
  });

  it("refuses a bad candidate with its place", async () => {
    expect(await client().call("POST", "/rules/backtest", { rules: BROKEN })).toMatchObject({
      status: 422,
      body: { errors: [{ line: 6 }] },
    });
  });
});

describe("a canary", () => {
  it("scores a share, shows both sides, and is promoted", async () => {
    const { call, store, rules } = client();
    const builtIn = await rules.current();
    const pushed = await call("PUT", "/rules?canary=25%25", NEXT, "text/yaml");
    expect(pushed).toMatchObject({ status: 200, body: { rules: 2 } });
    const { sha } = pushed.body;
    expect((await call("GET", "/rules")).body).toMatchObject({
      sha: builtIn.sha,
      canary: { sha, share: 0.25 },
    });
    const { since } = (await call("GET", "/rules/canary")).body.canary;
    for (const [n, rulesVersion] of [sha, builtIn.sha, builtIn.sha].entries()) {
      const eventKey = `eth:T${n}:2026-01-15T10:00:00Z`;
      const scored = signal({ eventKey, score: n + 1, rulesVersion, ts: since });
      await store.commit(change(0, [mention(n, { eventKey })], { signal: scored }));
    }
    expect((await call("GET", "/rules/canary")).body.sides).toMatchObject({
      current: { sha: builtIn.sha, signals: 2, mean_score: 2.5 },
      canary: { sha, signals: 1, mean_score: 1 },
    });
    expect(await call("POST", "/rules/promote")).toMatchObject({ status: 200, body: { sha } });
    expect((await call("GET", "/rules")).body).toMatchObject({ sha, canary: null });
    expect((await call("GET", "/rules/canary")).body).toEqual({ canary: null, sides: null });
  });

  it("is ended without being put in force", async () => {
    const { call, rules } = client();
    await call("PUT", "/rules?canary=0.5", NEXT, "text/yaml");
    expect((await call("DELETE", "/rules/canary")).status).toBe(200);
    expect((await call("POST", "/rules/promote")).status).toBe(409);
    expect((await rules.current()).text).toBe(BUILT_IN);
  });

  it.each(["0", "100%", "half"])("takes no share of %s", async (share) => {
    const { call, kv } = client();
    const path = `/rules?canary=${encodeURIComponent(share)}`;
    expect((await call("PUT", path, NEXT, "text/yaml")).status).toBe(422);
    expect(kv.size).toBe(0);
  });

  it("is refused for the rules that are in force", async () => {
    expect((await client().call("PUT", "/rules?canary=10%25", BUILT_IN, "text/yaml")).status).toBe(
      409,
    );
  });
});

it("counts a push that is refused, and no dry run", async () => {
  const { call, counted } = client();
  await call("PUT", "/rules?dry_run=1", BROKEN, "text/yaml");
  expect(counted).not.toContain("config_reload_total rejected");
  await call("PUT", "/rules", BROKEN, "text/yaml");
  expect(counted).toContain("config_reload_total rejected");
});

it("explains a stored signal byte for byte the same, whatever is in force by then, in any isolate", async () => {
  const { call, store, rules, isolate } = client();
  const states =
    "states: { verified: 'score >= 1 and goplus_risk == \"green\"', downgraded: score < -5 }";
  const { sha } = (await call("PUT", "/rules", `${NEXT}${states}\n`, "text/yaml")).body;
  // No scan: the state is held from before, and only the stored one says so.
  const values = {
    mentions: 12,
    dex_liquidity: 1e21,
    symbol: "DEMO",
    keywords: ["é", "b"],
    goplus_risk: null,
  };
  const facts = {
    evaluatedAt: at(60),
    values,
    origin: { dex_liquidity: { provider: "dex", asOf: at(0) } },
    degraded: [],
    notes: [],
  };
  const stored = signal({ rulesVersion: sha, facts, state: "verified", previousState: "verified" });
  await store.commit(change(0, [mention(1)], { signal: stored }));
  const path = `/signals/${encodeURIComponent(stored.eventKey)}/explain`;
  const before = JSON.stringify((await call("GET", path)).body);
  await call("PUT", "/rules", rulesFile({ other: "copies > 1" }), "text/yaml");
  expect(JSON.stringify((await call("GET", path)).body)).toBe(before);
  expect((await isolate().version(sha))?.text).toBe((await rules.version(sha))?.text);
  expect(JSON.parse(before)).toMatchObject({
    rules_version: sha,
    verdict: { state: "verified" },
    rules: [{ rule: "seen" }, { rule: "loud", outcome: "matched" }],
  });
});

it("says whether the stored score is what the rules make of the stored facts", async () => {
  const { call, store } = client();
  const { sha } = (await call("PUT", "/rules", NEXT, "text/yaml")).body;
  const values = { mentions: 12, symbol: "DEMO" };
  const facts = { evaluatedAt: at(60), values, origin: {}, degraded: [], notes: [] };
  const tampered = signal({ rulesVersion: sha, facts, score: 99_999 });
  await store.commit(change(0, [mention(1)], { signal: tampered }));
  const path = `/signals/${encodeURIComponent(tampered.eventKey)}/explain`;
  const { stored, recomputed, agree, verdict } = (await call("GET", path)).body;
  expect(agree).toBe(false);
  expect(stored).toEqual({
    score: 99_999,
    level: tampered.level,
    risk_level: tampered.riskLevel,
    state: tampered.state,
  });
  const { score, level, risk_level, state } = verdict;
  expect(recomputed).toEqual({ score, level, risk_level, state });
  const right = signal({ rulesVersion: sha, facts, score, level, riskLevel: risk_level, state });
  await store.commit(change(1, [mention(2)], { held: [mention(1)], signal: right }));
  expect((await call("GET", path)).body).toMatchObject({ agree: true, stored: recomputed });
});
