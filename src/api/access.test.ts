import { describe, expect, it } from "vitest";
import { fakeKeys, fakePorts } from "../../test/support/api.ts";
import { sha256Hex } from "../kit/hash.ts";
import {
  arrival,
  at,
  change,
  draft,
  dropped,
  eventOf,
  KEY,
  mention,
} from "../store/contract/fixtures.ts";
import { memoryStore } from "../store/memory/index.ts";
import { type ApiPorts, apiApp, apiRoutes } from "./app.ts";
import type { ApiScope } from "./context.ts";

const SECRET = "a-secret-that-is-long-enough";
const headersOf = (scope: ApiScope | null) =>
  scope === null ? {} : { Authorization: `Bearer ess_${scope}.${SECRET}` };

const keyOf = (scope: ApiScope) => ({
  id: scope,
  name: scope,
  tenant: "default",
  hash: sha256Hex(SECRET),
  scopes: [scope],
  sources: null,
  limitPerMinute: null,
  createdAt: at(0),
  expiresAt: null,
  revokedAt: null,
});
const KEYS = (["read", "operations", "ingest", "write", "admin"] as const).map(keyOf);

const FIGURES = { score: 1, level: "observe", riskLevel: "unknown", state: "candidate" } as const;
const PART = { text: "mentions", value: 5 };
const EXPLAINED: Awaited<ReturnType<ApiPorts["explain"]>> = {
  rulesVersion: "sha",
  evaluatedAt: at(0),
  verdict: {
    ...FIGURES,
    reasons: [{ rule: "R1", group: "g", score: 1, text: "Posts mention it" }],
    missing: [],
    errors: [{ rule: "R2", message: "the secret threshold is no number" }],
    shadow: [],
    notify: false,
  },
  stored: FIGURES,
  recomputed: FIGURES,
  agree: true,
  rules: [
    {
      rule: "R1",
      group: "g",
      stage: "live",
      outcome: "matched",
      score: 1,
      reason: "Posts mention it",
      condition: "mentions > 4",
      why: "",
      parts: [PART],
      facts: [{ name: "mentions", value: 5, provider: null, asOf: null, ageSeconds: null }],
    },
  ],
  states: [
    {
      state: "verified",
      condition: "score >= 10",
      value: false,
      held: false,
      why: "score is 1",
      parts: [PART],
    },
  ],
};

async function server() {
  const store = memoryStore();
  await store.commit(
    change(0, [mention(10)], { event: eventOf([mention(10)]), outbox: [draft(1, "k")] }),
  );
  await store.accept([arrival(4)], at(1));
  await store.recordJudgements([dropped(4)], at(2));
  const audiences: boolean[] = [];
  const app = apiApp(
    fakePorts({
      store,
      ownRows: store.ownRows,
      keys: fakeKeys([...KEYS]),
      explain: async () => EXPLAINED,
      stream: async (_, { operations }) => {
        audiences.push(operations);
        return new Response("stream");
      },
    }),
  );
  return {
    audiences,
    async get(path: string, scope: ApiScope | null) {
      return (await app.request(path, { headers: headersOf(scope) })).json() as Promise<
        Record<string, unknown>
      >;
    },
    async graphql(query: string, scope: ApiScope | null) {
      const response = await app.request("/graphql", {
        method: "POST",
        headers: { "Content-Type": "application/json", ...headersOf(scope) },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as { data: Record<string, Record<string, unknown>> };
    },
    status: async (path: string, scope: ApiScope | null) =>
      (await app.request(path, { headers: headersOf(scope) })).status,
  };
}

describe("what is public", () => {
  it("is which rules matched and why, not how their conditions are written", async () => {
    const { get, graphql } = await server();
    const path = `/signals/${encodeURIComponent(KEY)}/explain`;
    const hidden = { condition: null, why: null, parts: [] };
    for (const scope of [null, "read"] as const) {
      const shown = await get(path, scope);
      expect(shown).toMatchObject({
        verdict: { reasons: [{ text: "Posts mention it" }], errors: [] },
        rules: [{ rule: "R1", outcome: "matched", facts: [{ name: "mentions" }], ...hidden }],
        states: [{ state: "verified", ...hidden }],
      });
      expect(JSON.stringify(shown)).not.toContain("> 4");
    }
    expect(await get(path, "operations")).toMatchObject({ rules: [{ condition: "mentions > 4" }] });
    const query = `{ signal(event_key: "${KEY}") { explain { rules { condition } states } } }`;
    expect(JSON.stringify(await graphql(query, null))).not.toMatch(/> 4|>= 10/);
    expect(JSON.stringify(await graphql(query, "admin"))).toContain("> 4");
  });

  it("is that a post was dropped and for which reason, not its score or its match", async () => {
    const { get, graphql } = await server();
    const full = await get("/posts/x/4", "operations");
    const shown = await get("/posts/x/4", null);
    expect([full.spam, shown.spam]).toEqual([expect.any(Number), null]);
    expect(shown).toMatchObject({ outcome: "dropped", reason: full.reason });
    const stepOf = ({ steps }: Record<string, unknown>) =>
      (steps as { stage: string; reason: string }[]).find(({ stage }) => stage === "filter");
    expect(stepOf(shown)?.reason).toBe(full.reason);
    const query = '{ post(source: "x", id: "4") { spam steps { reason } } }';
    expect((await graphql(query, null)).data.post).toMatchObject({ spam: null });
    expect((await graphql(query, "operations")).data.post).toMatchObject({ spam: full.spam });
  });

  it("is the stream without deliveries", async () => {
    const { status, audiences } = await server();
    for (const scope of [null, "read", "operations", "admin"] as const)
      await status("/stream", scope);
    expect(audiences).toEqual([false, false, true, true]);
  });
});

describe("the scope operations", () => {
  const operated = apiRoutes(fakePorts())
    .filter(({ method, access }) => method === "GET" && access === "operations")
    .map(({ path }) => path);

  it.each(operated)("opens %s, which read does not", async (path) => {
    const { status } = await server();
    const address = path.replace(/:\w+/g, "none");
    expect(await status(address, null)).toBe(401);
    expect(await status(address, "read")).toBe(403);
    expect(await status(address, "write")).toBe(403);
    expect([401, 403]).not.toContain(await status(address, "operations"));
  });
});

it("limits wrong keys by network, and asks the database no more", async () => {
  let asked = 0;
  const keys = { ...fakeKeys([...KEYS]), apiKey: async () => void asked++ };
  const app = apiApp(fakePorts({ keys: keys as unknown as ApiPorts["keys"] }));
  const ask = (address: string, guess: number) =>
    app.request("/events", {
      headers: {
        Authorization: `Bearer ess_guess${guess}.${SECRET}`,
        "CF-Connecting-IP": address,
      },
    });
  const statuses: number[] = [];
  for (let guess = 0; guess < 30; guess++)
    statuses.push((await ask(`2001:db8:1:2::${guess}`, guess)).status);
  expect(statuses).toEqual([...Array(20).fill(401), ...Array(10).fill(429)]);
  expect(asked).toBe(20);
  expect((await ask("2001:db8:1:2::1", 0)).headers.get("Retry-After")).toMatch(/^\d+$/);
  expect((await ask("2001:db8:1:3::1", 0)).status).toBe(401);
  const anonymous = { "CF-Connecting-IP": "2001:db8:1:2::1" };
  expect((await app.request("/events", { headers: anonymous })).status).toBe(200);
});
