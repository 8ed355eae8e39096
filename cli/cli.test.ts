import { describe, expect, it } from "vitest";
import { apiApp } from "../src/api/app.ts";
import type { AuditBooks } from "../src/store/audit.ts";
import { type FakeServer, fakePorts } from "../test/support/api.ts";
import { runCommand } from "../test/support/terminal.ts";
import { type Command, UsageError } from "./command.ts";
import { audit, complaints } from "./commands/audit.ts";
import { auditLog } from "./commands/audit-log.ts";
import { events } from "./commands/events.ts";
import { keys } from "./commands/keys.ts";
import { post } from "./commands/post.ts";
import { tail } from "./commands/tail.ts";
import { plain, table } from "./table.ts";

const FIGURES = {
  accepted: 10,
  evidence: 4,
  dropped: 5,
  duplicate: 1,
  dead: 0,
  open: 0,
  droppedBy: [{ reason: "spam", count: 5 }],
  covered: { since: null as string | null, until: null as string | null, posts: 10, events: 4 },
  books: null as AuditBooks | null,
  contradictions: 0,
  miscounted: 0,
  outbox: { pending: 0, failed: 0, done: 3, dlq: 0 },
  deadLetters: 0,
  latencyMs: { p50: 120, p95: 900, count: 4 },
  commitToSendMs: [{ channel: "hook", p50: 40, p95: 90, count: 5 }],
  postsPerSecond: 0.666183683496132,
};

/** Runs a command against the real API over fake ports. */
const ran = (
  command: Command,
  args: string[],
  { ports = fakePorts(), ...given }: { ports?: FakeServer; json?: boolean; stdin?: string } = {},
) => runCommand(command, args, apiApp(ports), given);

describe("audit", () => {
  const over = (figures: Partial<typeof FIGURES>) => {
    const ports = fakePorts();
    ports.store = { ...ports.store, audit: async () => ({ ...FIGURES, ...figures }) };
    return { ports };
  };

  it("exits 0 when every accepted post has ended in one way", async () => {
    const { code, out } = await ran(audit, [], over({}));
    expect(code).toBe(0);
    expect(out.join("\n")).toMatch(
      /accepted +10 +100.0 %[\s\S]*spam +5[\s\S]* 0\.7 posts\/s[\s\S]*✓ it reconciles/,
    );
  });

  it.each([
    { open: 1, accepted: 11 },
    { accepted: 11 },
    { contradictions: 1 },
    { miscounted: 2 },
    { droppedBy: [] },
  ])("exits 1 and says why for %j", async (figures) => {
    const { code, out } = await ran(audit, [], { ...over(figures), json: true });
    expect(code).toBe(1);
    expect(JSON.parse(out[0] ?? "")).toMatchObject({
      reconciles: false,
      complaints: [expect.any(String)],
    });
  });

  it("goes on until all is compared, and says what and what was before", async () => {
    const ports = fakePorts();
    const asked: (string | null | undefined)[] = [];
    const [from, middle] = ["2026-01-15T07:00:00.000Z", "2026-01-15T08:00:00.000Z"];
    const audited = (since: string | null | undefined) => {
      asked.push(since);
      return since === undefined
        ? {
            ...FIGURES,
            covered: { since: from, until: middle, posts: 50, events: 5 },
            books: { until: from, posts: 900, events: 90, contradictions: 0, miscounted: 1 },
            miscounted: 1,
          }
        : { ...FIGURES, contradictions: 2, covered: { ...FIGURES.covered, since: middle } };
    };
    ports.store = { ...ports.store, audit: async (since) => audited(since) };
    const { code, out } = await ran(audit, [], { ports });
    expect(asked).toEqual([undefined, middle]);
    expect(code).toBe(1);
    expect(out.join("\n")).toContain(
      `compared: 60 posts and 9 events that changed since ${from}; the 900 posts and 90 events ` +
        "of before were compared hourly, with 1 differences",
    );
    expect(out.filter((line) => line.startsWith("✗"))).toHaveLength(2);
  });

  it("compares everything when it is told to, the numbers that are kept too", async () => {
    const ports = fakePorts();
    const asked: unknown[] = [];
    ports.store = {
      ...ports.store,
      audit: async (since) => {
        asked.push(since);
        return FIGURES;
      },
    };
    const { auditRange } = ports;
    ports.auditRange = async (range) => ({
      ...(await auditRange(range)),
      tallies: [{ what: "post", outcome: "dropped", reason: "spam", kept: 6, found: 5 }],
    });
    const { code, out } = await ran(audit, ["--all"], { ports });
    expect([code, asked]).toEqual([1, ["2000-01-01T00:00:00.000Z"]]);
    expect(out).toContain("✗ the number of post dropped spam is kept as 6, 5 are there");
    await expect(ran(audit, ["--all", "--since", "1h"], { ports })).rejects.toThrow(UsageError);
  });

  it("counts again page by page, names what differs, and says what it covered", async () => {
    const asked: (string | null)[][] = [];
    const { ports } = over({
      covered: { ...FIGURES.covered, since: "2026-01-15T08:00:00.000Z" },
    });
    ports.auditRange = async ({ since, until, cursor }) => {
      asked.push([since, until, cursor]);
      const finding = {
        eventKey: "eth:A:1",
        what: "copies",
        stored: "1",
        counted: `${asked.length}`,
      };
      return {
        since,
        until,
        watermark: "2026-01-15T09:55:00.000Z",
        events: 2,
        tooLarge: 1,
        rescored: 1,
        findings: [finding],
        unaccounted:
          cursor === null
            ? [{ source: "x", hour: "2026-01-15T09:00:00.000Z", accepted: 6, found: 4 }]
            : [],
        tallies: [],
        nextCursor: cursor === null ? "more" : null,
      };
    };
    const args = ["--since", "2026-01-15T08:00:00Z"];
    const { code, out } = await ran(audit, args, { ports });
    const [since, until] = ["2026-01-15T08:00:00.000Z", "2026-01-15T10:00:00.000Z"];
    expect(asked).toEqual([
      [since, until, null],
      [since, until, "more"],
    ]);
    expect(code).toBe(1);
    expect(out.slice(-5)).toEqual([
      `counted again: 4 events that changed from ${since} to ${until}, 2 of them also scored; ` +
        "2 were scored by rules that are no longer kept; of 2 only the number of posts was " +
        "compared",
      "The next audit may begin with --since 2026-01-15T09:55:00.000Z",
      "✗ 6 posts of x were accepted in the hour from 2026-01-15T09:00:00.000Z, 4 are there",
      "✗ eth:A:1: copies is 1, counted again 1",
      "✗ eth:A:1: copies is 1, counted again 2",
    ]);
  });

  it("does not hold deliveries that wait for a retry against it", () => {
    const wire = {
      ...FIGURES,
      dropped_by: FIGURES.droppedBy,
      dead_letters: 0,
      latency_ms: FIGURES.latencyMs,
      commit_to_send_ms: FIGURES.commitToSendMs,
      posts_per_second: 1,
    };
    expect(complaints({ ...wire, outbox: { pending: 2, failed: 1, done: 0, dlq: 0 } })).toEqual([]);
  });
});

describe("post", () => {
  const line = (id: string) =>
    JSON.stringify({ id, source: "t", author: "a", text: "hi", posted_at: "2026-01-15T10:00:00Z" });

  it("sends lines in batches and names each bad line by its number", async () => {
    const ports = fakePorts();
    const stdin = [line("1"), "{broken", "", line("2"), '{"id": "3"}', line("4")].join("\n");
    const { code, out, err } = await ran(post, ["-", "--batch", "2"], { ports, stdin });
    expect(code).toBe(1);
    expect(ports.accepted.map(({ id }) => id)).toEqual(["1", "2", "4"]);
    expect(out).toEqual(["3 accepted (0 already known), 2 rejected"]);
    expect(err).toEqual([
      expect.stringMatching(/^line 2: malformed JSON/),
      expect.stringMatching(/^line 5: source is required/),
    ]);
  });

  it("waits as long as the server says and sends again", async () => {
    const ports = fakePorts();
    let calls = 0;
    const busy: typeof ports.ingest = async (posts) =>
      calls++ === 0
        ? { kind: "unavailable", retryAfter: 1 }
        : { kind: "accepted", fresh: posts.length, repeated: 0 };
    const { code, err } = await ran(post, ["-"], {
      ports: { ...ports, ingest: busy },
      stdin: line("1"),
    });
    expect([code, calls, err]).toEqual([0, 2, ["the server answered 503; waiting 1 s"]]);
  });
});

describe("events", () => {
  it("follows every page with --all", async () => {
    const ports = fakePorts();
    const asked: (string | null)[] = [];
    ports.store = {
      ...ports.store,
      eventLines: async (_, { cursor }) => {
        asked.push(cursor);
        return { items: [], nextCursor: cursor === null ? "two" : null };
      },
    };
    expect((await ran(events, ["--all"], { ports })).out).toEqual(["(none)"]);
    expect(asked).toEqual([null, "two"]);
  });

  it("passes on what the server says against a filter", async () => {
    await expect(ran(events, ["--chain", "moon"])).rejects.toThrow(/422[\s\S]*chain/);
  });

  it.each([["--limit", "0"], ["--since", "yesterday"], ["--nonsense"], ["a", "b"]])(
    "calls %s %s wrong usage",
    async (...args) => {
      await expect(ran(events, args.filter(Boolean))).rejects.toThrow(UsageError);
    },
  );

  it.each([
    ["--limt", "there is no option --limt; did you mean --limit?"],
    ["--lmiit=3", "there is no option --lmiit; did you mean --limit?"],
    ["--nonsense", "there is no option --nonsense; it takes --"],
  ])("says of %s what was meant", async (option, problem) => {
    await expect(ran(events, [option])).rejects.toThrow(problem);
  });
});

describe("keys", () => {
  it("lists the keys where no verb is given, and knows a slip of one", async () => {
    const ports = fakePorts();
    await ran(keys, ["create", "bot", "--scope", "read"], { ports });
    expect((await ran(keys, [], { ports })).out.join("\n")).toContain("bot");
    await expect(ran(keys, ["rotaet", "x"], { ports })).rejects.toThrow("did you mean rotate?");
    await expect(ran(keys, ["--nonsense"], { ports })).rejects.toThrow("no option --nonsense");
  });

  it("prints a new key alone on stdout, so that it can be piped", async () => {
    const { out } = await ran(keys, ["create", "bot", "--scope", "read,ingest"]);
    expect(out).toEqual([expect.stringMatching(/^ess_[A-Za-z0-9]+\.\S{32}$/)]);
  });

  it("binds a key to the sources that it names", async () => {
    const args = ["create", "bot", "--scope", "ingest", "--source", "me", "--source", "mine"];
    const { out } = await ran(keys, args, { json: true });
    expect(JSON.parse(out.join(""))).toMatchObject({ sources: ["me", "mine"] });
  });

  it("rotates a key by its name: both work for a while, and the audit log has it", async () => {
    const ports = fakePorts();
    await ran(keys, ["create", "bot", "--scope", "read", "--limit", "5"], { ports });
    const { out, err } = await ran(keys, ["rotate", "bot", "--overlap", "30m"], { ports });
    expect(out).toEqual([expect.stringMatching(/^ess_[A-Za-z0-9]+\.\S{32}$/)]);
    expect(err.join()).toContain("works until 2026-01-15T10:30:00.000Z");
    const { out: listed } = await ran(keys, ["list"], { ports, json: true });
    expect(JSON.parse(listed.join(""))).toMatchObject([
      { name: "bot", limit_per_minute: 5, expires_at: "2026-01-15T10:30:00.000Z" },
      { name: "bot", limit_per_minute: 5, expires_at: null, last_used_at: null },
    ]);
    const log = await ran(auditLog, ["--action", "rotateKey"], { ports, json: true });
    expect(log.out.map((line) => JSON.parse(line))).toMatchObject([{ key_name: "ADMIN_KEY" }]);
    expect((await ran(auditLog, [], { ports })).out).toHaveLength(4);
  });

  it("changes a key, and asks for its id where a name is used twice", async () => {
    const ports = fakePorts();
    for (const _ of [1, 2]) await ran(keys, ["create", "bot", "--scope", "read"], { ports });
    await expect(ran(keys, ["set", "bot", "--limit", "9"], { ports })).rejects.toThrow("2 keys");
    const [first] = await ports.keys.apiKeys();
    const args = ["set", first?.id ?? "", "--limit", "9", "--name", "robot", "--expires", "never"];
    await ran(keys, args, { ports });
    expect(await ports.keys.apiKey(first?.id ?? "")).toMatchObject({
      name: "robot",
      limitPerMinute: 9,
      expiresAt: null,
    });
    await expect(ran(keys, ["set", "robot"], { ports })).rejects.toThrow(UsageError);
    await expect(ran(keys, ["rotate", "robot", "--overlap", "soon"], { ports })).rejects.toThrow(
      "span like 24h",
    );
  });

  it("says when a key to revoke is not there", async () => {
    await expect(ran(keys, ["revoke", "none"])).rejects.toThrow("404");
  });
});

describe("tail", () => {
  it("prints a line a message and stops after --count", async () => {
    const frames =
      "id: 1\nevent: hello\ndata: {}\n\nid: 2\nevent: delivery\ndata: " +
      '{"channel":"desk","result":"ok","attempt":1}\n\n';
    const ports = fakePorts({
      stream: async () =>
        new Response(frames, { headers: { "Content-Type": "text/event-stream" } }),
    });
    const { out } = await ran(tail, ["--count", "1"], { ports });
    expect(out).toEqual([expect.stringContaining("delivery desk ok (attempt 1)")]);
  });

  it("reads events however the stream is cut, and with every kind of line end", async () => {
    const text =
      '\ufeff: hi\r\rid: 7\revent: signal\rdata:{"a":1}\r\rdata: {"b":\ndata: 2}\n\ndata: ' +
      "{}\r\n\r\n";
    const bytes = new ReadableStream({
      start(controller) {
        for (const byte of new TextEncoder().encode(text)) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const ports = fakePorts({
      stream: async () => new Response(bytes, { headers: { "Content-Type": "text/event-stream" } }),
    });
    const { out } = await ran(tail, ["--count", "3"], { ports, json: true });
    expect(out.map((line) => JSON.parse(line))).toEqual([
      { id: 7, event: "signal", data: { a: 1 } },
      { id: null, event: "message", data: { b: 2 } },
      { id: null, event: "message", data: {} },
    ]);
  });
});

describe("table", () => {
  it("lets nothing from outside steer the terminal", () => {
    expect(plain("a\u001b[31mred\u0007\u202e\nb")).toBe("a [31mred b");
  });

  it("aligns numbers to the right", () => {
    expect(
      table([
        { name: "a", n: 5 },
        { name: "bcd", n: 100 },
      ]),
    ).toEqual(["name    n", "----  ---", "a       5", "bcd   100"]);
  });
});
