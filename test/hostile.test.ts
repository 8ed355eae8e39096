import { describe, expect, it } from "vitest";
import type { EmulatorReply } from "../local/emulators/emulator.ts";
import { EMULATORS } from "../local/emulators/registry.ts";
import type { AskPorts } from "../src/enrich/enricher.ts";
import { ENRICHERS } from "../src/enrich/registry.ts";
import { localGuard } from "../src/http/local-guard.ts";
import { VERDICTS } from "../src/http/verdict.ts";
import { FactValue } from "../src/model/facts.ts";
import type { Chain } from "../src/model/scalars.ts";
import { readFrame } from "../src/sources/jetstream/index.ts";
import { SOURCES } from "../src/sources/registry.ts";
import { type Dice, dice } from "./sim/random.ts";
import { SECRETS, settingsAt } from "./support/outside.ts";

/**
 * Services that answer what nobody promised. The emulators give the good answers; each is spoilt at
 * a few places, or thrown away whole.
 */
const NOW = Date.UTC(2026, 10, 20, 10);
const ROUNDS = 12;
const PATIENCE_MS = 60_000;
const BASE = "http://emulators.test";

const deep = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const VALUES: unknown[] = [
  ...[
    null,
    true,
    [],
    {},
    [[]],
    [null],
    "",
    " ",
    "NaN",
    "Infinity",
    "-1",
    "1e999",
    -1,
    0.5,
    1e308,
    -1e308,
    9e15,
    1e21,
    8.64e15 + 1,
  ],
  ...[
    "9".repeat(400),
    "🚀".repeat(9_000),
    "\u0000\ud800",
    "<![CDATA[",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59Z",
  ],
  ...[
    "+275760-09-13T00:00:00.001Z",
    "0001-01-01T00:00:00Z",
    JSON.parse('{"__proto__":{"a":1},"constructor":1}'),
    JSON.parse(deep(2_000)),
  ],
];
const BODIES = [
  ...[
    "",
    "null",
    "[]",
    "{}",
    "0",
    '"text"',
    "[null]",
    "[[]]",
    "[{}]",
    '{"data":null}',
    '{"data":[null,1,"a",[],{}]}',
    "{",
    "\ufeff{}",
  ],
  ...[
    "<html><body>busy</body></html>",
    "<rss><channel><item/></channel></rss>",
    "<feed><entry/></feed>",
    deep(20_000),
    "\u0000".repeat(1_000),
  ],
  ...[
    '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c ' +
      '"&b;&b;">]><rss><channel><item><title>&c;</title></item></channel></rss>',
  ],
];
const STATUSES = [200, 200, 200, 201, 206, 301, 400, 403, 404, 418, 500, 599];

/** The value with hostile ones in the place of a few of its nodes. */
function spoilt(value: unknown, roll: Dice, share: number): unknown {
  if (roll.chance(share)) return roll.pick(VALUES);
  if (Array.isArray(value)) return value.map((each) => spoilt(each, roll, share));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, spoilt(each, roll, share)]),
  );
}

function reply({ status, headers, body }: EmulatorReply, roll: Dice | null): Response {
  const bare = status === 204 || status === 304;
  const spoil = roll !== null && !bare;
  if (spoil && roll.chance(0.1))
    return new Response(roll.pick(BODIES), { status: roll.pick(STATUSES), headers: headers ?? {} });
  const whole = spoil && typeof body !== "string" ? spoilt(body, roll, 0.03) : body;
  const text = typeof whole === "string" ? whole : JSON.stringify(whole);
  const cut = spoil && roll.chance(0.05) ? text.slice(0, text.length / 2) : text;
  return new Response(bare ? null : cut, { status, headers: headers ?? {} });
}

/**
 * Ports to the emulators, without a network between; `roll` spoils what they say, null leaves it.
 */
function outside(roll: Dice | null) {
  const fetch = async (address: string, init: RequestInit): Promise<Response> => {
    const url = new URL(address);
    const [, name = ""] = url.pathname.split("/");
    const emulator = EMULATORS.find((each) => each.name === name);
    if (emulator === undefined) throw new TypeError(`no emulator ${name}`);
    const text = String(init.body ?? "");
    const json = text.startsWith("{") ? JSON.parse(text) : undefined;
    const headers = Object.fromEntries(new Headers(init.headers));
    const call = {
      method: init.method ?? "GET",
      path: url.pathname.slice(name.length + 1),
      query: url.searchParams,
    };
    return reply(
      emulator.answer({ ...call, headers, text, json, now: NOW, base: url.origin }),
      roll,
    );
  };
  return { fetch, now: () => NOW, sleep: async () => undefined, guard: localGuard(() => NOW) };
}

const polled = SOURCES.filter((source) => source.kind === "poll").map(
  (source) => [source.name, source] as const,
);

describe.each(polled)("%s", (_, source) => {
  const on = source.configure(settingsAt(BASE));
  const poll = on.kind === "on" ? on.poll : undefined;
  if (poll === undefined) throw new Error(`${source.name} is off`);

  it(
    "classifies whatever comes, tells no secret, and reads on when the service is well again",
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const roll = dice(round + 1);
        let cursor: string | null = null;
        for (let step = 0; step < 3; step++) {
          const read = await poll({ cursor, since: null }, outside(roll));
          expect(VERDICTS, `round ${round}`).toContain(read.verdict.kind);
          expect(read.verdict.reason.length).toBeLessThan(200);
          for (const post of read.posts) expect(JSON.parse(JSON.stringify(post))).toEqual(post);
          for (const secret of SECRETS) expect(JSON.stringify(read)).not.toContain(secret);
          cursor = read.cursor;
        }
        for (let step = 0; step < 6; step++) {
          const read = await poll({ cursor, since: null }, outside(null));
          expect([round, read.verdict.kind]).toEqual([
            round,
            expect.stringMatching(/^(ok|empty)$/),
          ]);
          cursor = read.cursor;
        }
      }
    },
    PATIENCE_MS,
  );
});

const TOKENS: [Chain, string][] = [
  ["eth", "0x5b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4"],
  ["sol", "So11111111111111111111111111111111111111112"],
];
const NEVER_NEGATIVE =
  /^(dex_liquidity|dex_volume_1h|dex_volume_24h|dex_price_usd|dex_pair_age_hours|buy_tax|sell_tax|holder_count|lp_lock_days)$/;

describe.each(ENRICHERS.map((enricher) => [enricher.name, enricher] as const))(
  "%s",
  (_, enricher) => {
    it(
      "gives finite facts within their ranges, or says why it gives none",
      async () => {
        const switched = enricher.configure(settingsAt(BASE));
        if (switched.kind === "off") throw new Error(switched.why);
        for (let round = 0; round < ROUNDS * 8; round++) {
          const [chain, tokenCa] = TOKENS[round % TOKENS.length] ?? expect.fail();
          const token = { chain, symbol: "DEMO", tokenCa, confidence: 1 };
          if (!enricher.supports(token)) continue;
          const features = { putFeatures: async () => undefined, features: async () => undefined };
          const ports: AskPorts = { ...outside(dice(round + 1)), tokens: new Map(), features };
          const { verdict, values, notes, freshSeconds } = await switched.ask(token, ports);
          expect(VERDICTS).toContain(verdict.kind);
          expect(Number.isFinite(freshSeconds)).toBe(true);
          for (const [name, value] of Object.entries(values)) {
            expect(() => FactValue.parse(value), `round ${round}: ${name}`).not.toThrow();
            if (typeof value === "number" && NEVER_NEGATIVE.test(name))
              expect([name, value >= 0]).toEqual([name, true]);
            if (typeof value === "number" && name.endsWith("_share"))
              expect([name, value >= 0 && value <= 1]).toEqual([name, true]);
          }
          for (const note of notes) expect(note.length).toBeLessThan(300);
          for (const secret of SECRETS)
            expect(JSON.stringify([verdict, values, notes])).not.toContain(secret);
        }
      },
      PATIENCE_MS,
    );
  },
);

it("Jetstream's frames are passed over when they cannot be read", () => {
  const frame = { did: "did:plc:a", time_us: NOW * 1_000, kind: "commit" };
  const record = { text: "$DEMO", createdAt: new Date(NOW).toISOString(), langs: ["en"] };
  const commit = { operation: "create", collection: "app.bsky.feed.post", rkey: "a", record };
  for (const body of BODIES) expect(readFrame(body, () => true).post).toBeNull();
  for (let round = 0; round < 2_000; round++) {
    const text = JSON.stringify(spoilt({ ...frame, commit }, dice(round + 1), 0.1));
    const { post, timeUs } = readFrame(text, () => true);
    expect(timeUs === null || Number.isSafeInteger(timeUs)).toBe(true);
    if (post !== null) expect(JSON.parse(JSON.stringify(post))).toEqual(post);
  }
});
