import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import { beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, type FakeServer, fakePorts } from "../../../test/support/api.ts";
import {
  arrival,
  at,
  change,
  draft,
  eventOf,
  KEY,
  mention,
  OTHER_KEY,
  pending,
  signal,
} from "../../store/contract/fixtures.ts";
import { type Store, StoreUnavailable } from "../../store/index.ts";
import { memoryStore } from "../../store/memory/index.ts";
import { apiApp } from "../app.ts";
import type { PublicRead } from "../context.ts";

type Answer = {
  data?: Record<string, unknown>;
  errors?: { message: string; path?: unknown[]; extensions?: unknown }[];
};

let store: Store;
let ports: FakeServer;

beforeEach(async () => {
  store = memoryStore();
  ports = fakePorts({ store, ownRows: store.ownRows });
  await store.commit(change(0, [mention(10), mention(20)], { outbox: [draft(1, "first")] }));
  const other = mention(30, { eventKey: OTHER_KEY });
  await store.commit(
    change(0, [other], {
      event: eventOf([other], { chain: "sol", symbol: "OTHER" }),
      signal: signal({ eventKey: OTHER_KEY, state: "verified", score: 40 }),
    }),
  );
});

const post = (body: unknown, headers: Record<string, string> = {}) =>
  apiApp(ports).request("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const ask = async (
  query: string,
  variables?: Record<string, unknown>,
  headers?: Record<string, string>,
): Promise<Answer> => (await (await post({ query, variables }, headers)).json()) as Answer;
const asks = (publicRead: PublicRead) => {
  ports.settings = { ...ports.settings, publicRead };
};

const FIGURES = { score: 1, level: "observe", riskLevel: "unknown", state: "candidate" } as const;

/** Counts what reaches the store, by name. */
const counted = (): string[] => {
  const calls: string[] = [];
  const counting = <Calls extends object>(given: Calls): Calls =>
    new Proxy(given, {
      get(target, name: string) {
        const method = target[name as keyof Calls] as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          calls.push(name);
          return method(...args);
        };
      },
    });
  ports.store = counting(store);
  ports.ownRows = (tenant) => counting(store.ownRows(tenant));
  return calls;
};

/** Fragments that each spread the next one twice: the last is asked 2^n times. */
const doublingFragments = (names: string): string =>
  [...names]
    .map((name, at, all) => {
      const next = all[at + 1];
      const inner =
        next === undefined ? "events { items { symbol chain } }" : `...${next} ...${next}`;
      return `fragment ${name} on Query { ${inner} }`;
    })
    .join(" ");

describe("POST /graphql", () => {
  it("answers what the REST routes answer, by the same names", async () => {
    const { data } = await ask(`{
      event(event_key: "${KEY}") {
        event_key symbol chain evidence_count last_ts state
        evidence { evidence_id post_id excerpt }
      }
      signal(event_key: "${KEY}") {
        score level rules_version features_snapshot reasons { rule text } event { symbol }
      }
    }`);
    const rest = async (path: string) =>
      (await (await apiApp(ports).request(path)).json()) as Record<string, unknown>;
    const event = await rest(`/events/${KEY}`);
    const plain = await rest(`/signals/${KEY}`);
    expect(data?.event).toMatchObject({
      ...{
        event_key: KEY,
        symbol: event.symbol,
        chain: event.chain,
        evidence_count: 2,
        last_ts: event.last_ts,
        state: "candidate",
      },
      evidence: [{ evidence_id: "x:10" }, { evidence_id: "x:20" }],
    });
    expect(data?.signal).toMatchObject({
      ...{
        score: plain.score,
        level: plain.level,
        rules_version: plain.rules_version,
        features_snapshot: plain.features_snapshot,
      },
      event: { symbol: "DEMO" },
    });
  });

  it("filters and pages by cursor until there is no more", async () => {
    const query =
      "query ($at: String) { events(limit: 1, cursor: $at) { items { event_key } next_cursor } }";
    const first = (await ask(query)).data?.events as { items: unknown[]; next_cursor: string };
    const second = (await ask(query, { at: first.next_cursor })).data?.events as typeof first;
    expect([...first.items, ...second.items]).toEqual([
      { event_key: OTHER_KEY },
      { event_key: KEY },
    ]);
    expect(second.next_cursor).toBeNull();
    const { data } = await ask(
      "{ signals(state: verified, chain: sol, min_score: 1.5) { items { event_key } } }",
    );
    expect(data?.signals).toEqual({ items: [{ event_key: OTHER_KEY }] });
  });

  it("reads what belongs to a page of events in one statement each", async () => {
    asks("operations");
    const calls = counted();
    const { data, errors } = await ask(
      "{ events { items { signal { score } evidence { post_id } deliveries { status attempts { " +
        "result } event { symbol } } } } }",
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ events: { items: [{}, {}] } });
    expect(calls.sort()).toEqual([
      "events",
      "eventsByKey",
      "evidenceByKey",
      "outboxByKey",
      "signalsByKey",
    ]);
  });

  it("answers equal fields once, whatever they are called", async () => {
    const calls = counted();
    const { data, errors } = await ask(
      "{ a: events(limit: 3) { next_cursor } b: events(limit: 3) { next_cursor } p: post(source: " +
        '"x", id: "1") { id } q: post(source: "x", id: "1") { id } }',
    );
    expect([errors, data]).toMatchObject([undefined, { a: {}, b: {}, p: null, q: null }]);
    expect(calls.sort()).toEqual(["events", "post"]);
  });

  it("takes a field asked for under many names for one statement", async () => {
    const pages = Array.from({ length: 30 }, (_, at) => `a${at}: events(limit: 2) { next_cursor }`);
    expect((await ask(`{ ${pages.join(" ")} }`)).errors).toBeUndefined();
  });

  it.each([
    ["pages", (at: number) => `a${at}: events(limit: ${at + 1}) { next_cursor }`],
    ["posts", (at: number) => `a${at}: post(source: "x", id: "${at}") { id }`],
    [
      "lists within",
      (at: number) => `a${at}: event(event_key: "${KEY}") { evidence(limit: ${at + 1}) { lang } }`,
    ],
  ])("refuses more than 20 statements for %s before any is sent", async (_, field) => {
    const calls = counted();
    const fields = Array.from({ length: 25 }, (_, at) => field(at)).join(" ");
    const { data, errors } = await ask(`{ ${fields} }`);
    expect([data, errors?.[0]?.extensions, calls]).toEqual([undefined, { code: "TOO_COSTLY" }, []]);
    expect(errors?.[0]?.message).toContain("20 are allowed");
  });

  it.each([
    ["explanations", "{ signals(limit: 200) { items { explain { agree } } } }"],
    [
      "JSON under many names",
      `{ signals(limit: 200) { items { ` +
        `${Array.from({ length: 20 }, (_, at) => `a${at}: features_snapshot`).join(" ")} } } }`,
    ],
  ])("prices %s by what they cost, not by fields", async (_, query) => {
    const { errors } = await ask(query);
    expect(errors?.[0]?.message).toContain("units of work");
  });

  it("refuses an answer of more than a megabyte", async () => {
    await store.accept([arrival(60, { text: "long ".repeat(2_000) })], at(60));
    const texts = Array.from({ length: 150 }, (_, at) => `t${at}: text`).join(" ");
    const { data, errors } = await ask(`{ post(source: "x", id: "60") { ${texts} } }`);
    expect([data, errors?.[0]?.message]).toEqual([undefined, expect.stringContaining("bytes")]);
  });

  it("explains a signal, and says null where its rules are gone", async () => {
    asks("operations");
    const query =
      `{ signal(event_key: "${KEY}") { explain { rules_version rules { rule outcome ` +
      `why } } } }`;
    const matched = { rule: "R1", group: "g", stage: "live", outcome: "matched", why: "" } as const;
    const shown = { score: 1, reason: "because", condition: "mentions > 0", parts: [], facts: [] };
    const { rulesVersion, score, level, state, riskLevel, reasons, missing } = signal();
    const verdict = { score, level, state, riskLevel, reasons, missing };
    ports.explain = async () => ({
      rulesVersion,
      evaluatedAt: at(0),
      verdict: { ...verdict, errors: [], shadow: [], notify: false },
      stored: FIGURES,
      recomputed: FIGURES,
      agree: true,
      rules: [{ ...matched, ...shown }],
      states: [],
    });
    expect((await ask(query)).data?.signal).toEqual({
      explain: { rules_version: "sha", rules: [{ rule: "R1", outcome: "matched", why: "" }] },
    });
    ports.explain = async () => ({ rulesVersion: "sha", error: "these rules are no longer known" });
    expect((await ask(query)).data?.signal).toEqual({ explain: null });
  });

  it("tells what became of a post", async () => {
    await store.accept([arrival(50)], at(50));
    await store.recordJudgements([pending(50, KEY)], at(51));
    await store.commit(change(1, [mention(50)], { held: [mention(10), mention(20)] }));
    const { data } = await ask(
      `{ post(source: "x", id: "50")
          { outcome trace steps { stage at ms who shared event { symbol } } }
        none: post(source: "x", id: "0") { id } }`,
    );
    expect(data).toMatchObject({
      post: {
        outcome: "evidence",
        steps: [
          { stage: "sources", event: null, ms: 0 },
          { stage: "filter", ms: null, who: null, shared: null },
          { stage: "refine" },
          { stage: "dedup" },
          { stage: "store", event: { symbol: "DEMO" } },
        ],
      },
      none: null,
    });
  });

  it("shows deliveries only to those who may read the outbox", async () => {
    const query =
      `{ deliveries(status: "pending") { items { id channel idem_key } } ` +
      `event(event_key: "${KEY}") { symbol deliveries { id } } }`;
    const refused = await ask(query);
    expect(refused.errors?.map(({ extensions }) => extensions)).toContainEqual({
      code: "FORBIDDEN",
    });
    expect(JSON.stringify(refused.data ?? null)).not.toContain("idem_key");
    const { data } = await ask(query, undefined, { Authorization: `Bearer ${ADMIN_KEY}` });
    expect(data).toMatchObject({
      deliveries: { items: [{ id: 1, idem_key: "first" }] },
      event: { deliveries: [{ id: 1 }] },
    });
    asks("none");
    expect((await post({ query: "{ __typename }" })).status).toBe(401);
  });

  it("repeats little of what was sent", async () => {
    const text = await (
      await post({
        query: "query ($l: Int) { events(limit: $l) { next_cursor } }",
        variables: { l: "x".repeat(30_000) },
      })
    ).text();
    expect(text).toContain("got invalid value");
    expect(text.length).toBeLessThan(1_000);
  });

  it("can be introspected, and its schema is a valid one", async () => {
    const { data } = await ask(getIntrospectionQuery());
    expect(buildClientSchema(data as unknown as IntrospectionQuery).getQueryType()?.name).toBe(
      "Query",
    );
  });

  it.each([
    ["is no GraphQL", "{ events {", "Syntax Error"],
    ["names an unknown field", "{ events { items { nope } } }", 'Cannot query field "nope"'],
    ["changes something", "mutation { drop }", "mutation"],
    [
      "goes in circles",
      "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
      "Cannot spread fragment",
    ],
    [
      "is nested too deeply",
      `{ event(event_key: "a") ${"{ signal { event ".repeat(5)}{ symbol }${" } }".repeat(5)} }`,
      "levels deep",
    ],
    [
      "may answer too much",
      "{ events(limit: 200) { items { evidence(limit: 200) { post_id } } } }",
      "units of work",
    ],
    [
      "hides how much in fragments",
      `{ ...a } ${doublingFragments("abcdefghijklmnopqr")}`,
      "units of work",
    ],
    [
      "asks for its types again and again",
      `{ ${[..."abcdef"].map((name) => `${name}: __schema { types { name } }`).join(" ")} }`,
      "units of work",
    ],
    ["is too long", `{ ${"a: __typename ".repeat(2_000)} }`, "tokens"],
    ["names no operation of two", "query a { __typename } query b { __typename }", "operationName"],
    ["lacks a variable", "query ($k: String!) { event(event_key: $k) { symbol } }", "$k"],
  ])("refuses a query that %s", async (_, query, message) => {
    const response = await post({ query }, { Accept: "application/graphql-response+json" });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([
      400,
      "application/graphql-response+json",
    ]);
    const { data, errors } = (await response.json()) as Answer;
    expect(data).toBeUndefined();
    expect(errors?.[0]?.message).toContain(message);
    expect((await post({ query })).status).toBe(200);
  });

  it.each([
    ["{ events(limit: 500) { items { symbol } } }", "limit: must be at most 200"],
    ['{ events(since: "yesterday") { items { symbol } } }', "since: is not an ISO 8601 time"],
    ['{ events(cursor: "zz") { items { symbol } } }', "cursor: is not one"],
    ["{ events { items { evidence(limit: 0) { post_id } } } }", "limit: must be 1 to 200"],
  ])("names the argument that does not fit: %s", async (query, message) => {
    const { errors } = await ask(query);
    expect(errors?.[0]?.message).toContain(message);
    expect(errors?.[0]?.path).toBeDefined();
  });

  it.each([
    ["{", 400, "malformed JSON"],
    ['[{"query":"{ __typename }"}]', 400, "the body"],
    ['{"query":5}', 400, "query"],
    [JSON.stringify({ query: " ".repeat(70_000) }), 413, "larger"],
  ])("answers a body that is none in the form of GraphQL: %.20s", async (body, status, message) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(((await response.json()) as Answer).errors?.[0]?.message).toContain(message);
  });

  it("answers 503 while the database is out, and tells nothing of a fault of ours", async () => {
    ports.store = {
      ...store,
      events: () => Promise.reject(new StoreUnavailable("refused at 10.0.0.1")),
    };
    const out = await post({ query: "{ events { next_cursor } }" });
    expect([out.status, out.headers.get("Retry-After")]).toEqual([503, "10"]);
    expect(await out.text()).not.toContain("10.0.0.1");
    ports.store = { ...store, events: () => Promise.reject(new TypeError("secret detail")) };
    const fault = await (await post({ query: "{ events { next_cursor } }" })).text();
    expect(fault).toContain("INTERNAL");
    expect(fault).not.toContain("secret detail");
    expect(ports.logged.join()).toContain("secret detail");
  });
});

it("finds a signal by its key of an older version, as it finds the event", async () => {
  const [address, window] = [`0x${"ab".repeat(20)}`, "2026-01-15T10:00:00.000Z"];
  const key = `evm:${address}:${window}`;
  const found = [mention(40, { eventKey: key })];
  await store.commit(change(0, found, { signal: signal({ eventKey: key }) }));
  const asked = `eth:${address}:${window}`;
  const query =
    "query ($k: String!) { event(event_key: $k) { event_key } " +
    "signal(event_key: $k) { event_key } }";
  expect(await ask(query, { k: asked })).toEqual({
    data: { event: { event_key: key }, signal: { event_key: key } },
  });
});
