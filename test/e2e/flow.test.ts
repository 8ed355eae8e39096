import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstUnder } from "../../bench/pipeline/usage.ts";
import { evmAddress } from "../../local/emulators/tokens.ts";
import { setFault, startTestStack, type TestStack } from "./stack.ts";

/**
 * Real PostgreSQL, real workerd, the production clients; only the outside services are
 * emulators.
 */
let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
}, 300_000);
afterAll(() => stack?.stop());

const MINUTE = 60_000;
const post = (id: string, text: string, over: object = {}) => ({
  id,
  source: "e2e",
  author: `author-${id}`,
  text,
  posted_at: "2026-01-15T10:05:00Z",
  ...over,
});

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${stack.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${stack.key}`, ...init.headers },
  });
const ingest = (posts: unknown[]) =>
  call("/ingest", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ posts }),
  });

type Audit = Record<
  | "accepted"
  | "evidence"
  | "dropped"
  | "duplicate"
  | "dead"
  | "open"
  | "contradictions"
  | "miscounted",
  number
>;
const audit = async (): Promise<Audit> => (await call("/audit")).json() as Promise<Audit>;

/** Waits until `look` answers something, as a user waits for a page. */
async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  withinMs = 2 * MINUTE,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what} did not come within ${withinMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

const signal = (key: string) =>
  until(`the signal ${key}`, async () => {
    const answer = await call(`/signals/${encodeURIComponent(key)}`);
    return answer.ok ? ((await answer.json()) as Record<string, unknown>) : undefined;
  });
const event = async (key: string) =>
  (await call(`/events/${encodeURIComponent(key)}`)).json() as Promise<Record<string, unknown>>;

const reconciled = () =>
  until("a reconciled audit", async () => {
    const now = await audit();
    return now.open === 0 && now.accepted === now.evidence + now.dropped + now.duplicate + now.dead
      ? now
      : undefined;
  });

describe("the whole flow", () => {
  it("turns a post into an explained signal", async () => {
    expect(
      (await ingest([post("one", "$FLOWA gets listed on a big exchange today, great news")]))
        .status,
    ).toBe(202);
    const key = "unknown:FLOWA:2026-01-15T10:00:00Z";
    expect(await signal(key)).toMatchObject({
      state: expect.any(String),
      score: expect.any(Number),
      rules_version: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const explained = (await (
      await call(`/signals/${encodeURIComponent(key)}/explain`)
    ).json()) as { rules: unknown[] };
    expect(explained.rules.length).toBeGreaterThan(5);
    const history = (await (await call("/posts/e2e/one")).json()) as { outcome: string };
    expect(history.outcome).toBe("evidence");
  });

  it("makes a link to a pool an event of its token, and places a contract without a chain", async () => {
    const [token, pool] = [evmAddress("QUILL"), evmAddress("PQUILL85")];
    await ingest([
      post("pool", `Everybody watches https://dexscreener.com/ethereum/${pool} since noon`),
      post("contract", `Two auditors looked at the contract ${token} and liked what they saw`),
    ]);
    for (const address of [pool, token]) {
      const key = `evm:${address}:2026-01-15T10:00:00Z`;
      const about = { token_ca: token, symbol: "QUILL", chain: "eth" };
      await until(`the token of ${address}`, async () => {
        const found = await event(key);
        expect(found).toMatchObject(about);
        return found;
      });
      expect((await signal(key)).features_snapshot).toMatchObject({
        values: { contract: `eth:${token}`, dex_liquidity: expect.any(Number) },
      });
    }
  });

  it("counts the same post once, however often it is delivered, also at once", async () => {
    const repeated = post("five", "$FLOWB is trending with real volume");
    const answers = await Promise.all(Array.from({ length: 5 }, () => ingest([repeated])));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    await signal("unknown:FLOWB:2026-01-15T10:00:00Z");
    await reconciled();
    expect(await event("unknown:FLOWB:2026-01-15T10:00:00Z")).toMatchObject({
      evidence_count: 1,
      copies: 0,
    });
  });

  it("loses nothing when many posts of one token arrive at once", async () => {
    const words = (
      "apple river stone cloud tiger maple ocean violin rocket garden winter copper lemon " +
      "planet silver forest bridge candle desert engine"
    ).split(" ");
    const posts = words.map((word, i) =>
      post(
        `many-${i}`,
        `$FLOWC ${word} ${words[(i + 7) % 20]} ${words[(i + 3) % 20]} report number ${i} by the ` +
          `${word} desk`,
      ),
    );
    await Promise.all(posts.map((each) => ingest([each])));
    const total = await until("twenty pieces of evidence", async () => {
      const found = (await event("unknown:FLOWC:2026-01-15T10:00:00Z")) as {
        evidence_count: number;
        copies: number;
      };
      return found.evidence_count + found.copies === 20 ? found : undefined;
    });
    expect(total.evidence_count + total.copies).toBe(20);
  });

  it("changes scores when the rules change, without a restart, and keeps them when new ones are bad", async () => {
    const text = readFileSync(join(import.meta.dirname, "../../rules/rules.yml"), "utf8");
    const before = (await (await call("/rules")).json()) as { sha: string };
    const bad = await call("/rules", {
      method: "PUT",
      body: text.replace("condition: ", "condition: ((("),
    });
    expect(bad.status).toBe(422);
    expect(((await (await call("/rules")).json()) as { sha: string }).sha).toBe(before.sha);
    const good = await call("/rules", { method: "PUT", body: `${text}\n# another version\n` });
    expect(good.status).toBe(200);
    const { sha } = (await good.json()) as { sha: string };
    expect(sha).not.toBe(before.sha);
    let n = 0;
    await until("a signal by the new rules", async () => {
      await ingest([post(`rules-${n++}`, `$FLOWD update ${n} from the team about the roadmap`)]);
      const answer = await call(
        `/signals/${encodeURIComponent("unknown:FLOWD:2026-01-15T10:00:00Z")}`,
      );
      const found = answer.ok ? ((await answer.json()) as { rules_version: string }) : undefined;
      return found?.rules_version === sha ? found : undefined;
    });
  });
});

const RULES = readFileSync(join(import.meta.dirname, "../../rules/rules.yml"), "utf8");

/** Until other rules are sent, whatever is mentioned is verified. */
async function verifyAll(): Promise<void> {
  const all = RULES.replace(/^( +verified:).*$/m, "$1 mentions > 0");
  expect((await call("/rules", { method: "PUT", body: all })).status).toBe(200);
}

describe("a button of a Telegram message", () => {
  type Sent = { target: string; message: { reply_markup?: { inline_keyboard: Button[][] } } };
  type Button = { text: string; callback_data?: string };
  const sent = async (target: string): Promise<Sent[]> => {
    const response = await fetch(`${stack.emulators}/requests/telegram`);
    const body = (await response.json()) as { entries?: Sent[] } | Sent[];
    const entries = Array.isArray(body) ? body : (body.entries ?? []);
    return entries.filter((entry) => entry.target === target);
  };

  it("mutes its token, and is answered in the chat", async () => {
    const added = await call("/channels", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        ...{ kind: "telegram", name: "pressed", settings: { chat_id: -4242 } },
        filter: { min_score: -99, symbols: ["FLOWB"] },
      }),
    });
    expect(added.status, await added.clone().text()).toBe(201);
    await verifyAll();
    let n = 0;
    const markup = await until("a message with buttons", async () => {
      const hour = `2026-01-15T${`${10 + n}`.padStart(2, "0")}:05:00Z`;
      const text = `$FLOWB update ${n} from the team about the roadmap`;
      await ingest([post(`pressed-${n++}`, text, { posted_at: hour })]);
      return (await sent("sendMessage -4242"))[0]?.message.reply_markup;
    });
    const button = markup.inline_keyboard[0]?.find(({ text }) => text === "Mute 1 h");
    const press = (secret: string) =>
      fetch(`${stack.url}/telegram/webhook`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "X-Telegram-Bot-Api-Secret-Token": secret,
        },
        body: JSON.stringify({
          update_id: 77,
          callback_query: {
            id: "q",
            from: { id: 9, first_name: "Ada" },
            message: { message_id: 1, chat: { id: -4242 } },
            data: button?.callback_data,
          },
        }),
      });
    expect((await press("not_the_secret_of_it")).status).toBe(401);
    expect(await (await press("local_webhook_secret")).json()).toEqual({ answer: "done" });
    expect(await (await press("local_webhook_secret")).json()).toEqual({ answer: "repeated" });
    expect(await sent("answerCallbackQuery")).toHaveLength(1);
    expect(await sent("editMessageText -4242")).toHaveLength(1);
    const { entries } = (await (await call("/audit-log?limit=20")).json()) as {
      entries: { key_id: string }[];
    };
    expect(entries.filter(({ key_id }) => key_id === "telegram:9")).toHaveLength(1);
    type Row = { channel: string; attempts: { result: string }[] };
    await until("a muted delivery", async () => {
      const hour = `2026-01-16T${`${10 + n}`.padStart(2, "0")}:05:00Z`;
      const text = `$FLOWB news ${n} about the mainnet`;
      await ingest([post(`pressed-${n++}`, text, { posted_at: hour })]);
      const { outbox } = (await (await call("/outbox?limit=50")).json()) as { outbox: Row[] };
      return outbox.find(
        ({ channel, attempts }) => channel === "pressed" && attempts.at(-1)?.result === "muted",
      );
    });
    await call("/rules", { method: "PUT", body: RULES });
  });
});

describe("routes", () => {
  type Row = { payload: { routing?: { route: string } }; attempts: { result: string }[] };

  it("lead a signal to their channels, and refuse unknown ones", async () => {
    const added = await call("/channels", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ kind: "log", name: "routed-log", filter: { min_score: -99 } }),
    });
    expect(added.status, await added.clone().text()).toBe(201);
    await verifyAll();
    const put = (body: string, query = "") => call(`/routes${query}`, { method: "PUT", body });
    const mine = (channel: string) => `version: "1"
route:
  channels: []
  routes:
    - { name: mine, match: symbol == "FLOWR", channels: [${channel}] }
`;
    const refused = await put(mine("nobody"));
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("there is no channel nobody");
    expect((await put(mine("routed-log"))).status).toBe(200);
    let n = 0;
    await until("a routed delivery", async () => {
      const hour = `2026-01-15T${`${10 + n}`.padStart(2, "0")}:05:00Z`;
      await ingest([
        post(`routed-${n++}`, `$FLOWR update ${n} from the team about the roadmap`, {
          posted_at: hour,
        }),
      ]);
      const { outbox } = (await (await call("/outbox?limit=50")).json()) as { outbox: Row[] };
      return outbox.find(
        ({ payload, attempts }) => payload.routing?.route === "mine" && attempts.length > 0,
      );
    });
    const tested = await call("/routes/test", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ facts: { symbol: "FLOWR", state: "verified", score: 50 } }),
    });
    const { channels } = (await tested.json()) as { channels: object[] };
    expect(channels).toContainEqual(
      expect.objectContaining({ channel: "routed-log", outcome: "sent", route: "mine" }),
    );
    expect((await put("# none\n", "?empty=yes")).status).toBe(200);
    await call("/rules", { method: "PUT", body: RULES });
  });
});

describe("bad input", () => {
  it("gets a clear error and loses nothing else", async () => {
    const answer = await ingest([
      post("ok", "$FLOWE is fine"),
      { source: "e2e", text: "no id" },
      post("long", "x".repeat(10_001)),
      post("future", "$FLOWE", { posted_at: "+030000-01-01T00:00:00Z" }),
    ]);
    expect(answer.status).toBe(202);
    const body = (await answer.json()) as {
      accepted: number;
      rejected: { index: number; errors: { path: string }[] }[];
    };
    expect(body.accepted).toBe(1);
    expect(body.rejected.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(body.rejected.flatMap(({ errors }) => errors.map(({ path }) => path))).toEqual(
      expect.arrayContaining(["id", "text", "posted_at"]),
    );
    const malformed = await call("/ingest", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"posts": [',
    });
    expect([malformed.status, malformed.headers.get("content-type")]).toEqual([
      400,
      "application/problem+json",
    ]);
    await malformed.body?.cancel();
  });

  it("of 20 MB is refused without being read", async () => {
    const answer = await call("/ingest", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `"${"x".repeat(20_000_000)}"`,
    }).catch(() => undefined);
    // The local proxy may lose the connection, because the Worker stops reading the body.
    if (answer?.status === 500) expect(await answer.text()).toMatch("Network connection lost");
    else expect([undefined, 413]).toContain(answer?.status);
    expect((await call("/healthz")).status).toBe(200);
  });
});

describe("what may be down", () => {
  it("is a provider: signals are marked degraded", async () => {
    await setFault(stack, "*", { fault: "500", rate: 1 });
    try {
      await ingest([
        post("down", "CA 0x6982508145454Ce325dDbE47a25d4ec3d2311933 on ethereum looks strong", {
          chain: "eth",
        }),
      ]);
      const found = await signal(
        "eth:0x6982508145454ce325ddbe47a25d4ec3d2311933:2026-01-15T10:00:00Z",
      );
      expect(found).toMatchObject({ degraded: true });
    } finally {
      await setFault(stack, "*");
    }
  });

  it("is Redis: posts still become signals", async () => {
    await stack.services.get("redis")?.stop();
    try {
      await ingest([post("noredis", "$FLOWF keeps going without a cache")]);
      await signal("unknown:FLOWF:2026-01-15T10:00:00Z");
    } finally {
      await stack.services.get("redis")?.start();
    }
  });

  it("is workerd, killed alone: it is started again, and no event is lost", async () => {
    await ingest([post("before", "$FLOWK was seen before the kill")]);
    await signal("unknown:FLOWK:2026-01-15T10:00:00Z");
    const service = stack.services.get("worker")?.pid() ?? 0;
    const killed = firstUnder(service, "workerd") ?? 0;
    process.kill(killed, "SIGKILL");
    await until("another workerd answers", async () => {
      const now = firstUnder(service, "workerd");
      const ready = await call("/readyz").catch(() => undefined);
      return now !== undefined && now !== killed && ready?.ok ? true : undefined;
    });
    expect(stack.services.get("worker")?.pid()).toBe(service);
    await ingest([post("after", "$FLOWK is seen after it as well")]);
    await until("both count", async () => {
      const { evidence } = await event("unknown:FLOWK:2026-01-15T10:00:00Z");
      return (evidence as unknown[]).length === 2 ? true : undefined;
    });
  });

  it("is PostgreSQL: nothing accepted is lost, and nothing is accepted meanwhile", async () => {
    await ingest(
      Array.from({ length: 10 }, (_, i) =>
        post(`pg-${i}`, `$FLOWG item ${i} of the ${"abcdefghij"[i]} series`),
      ),
    );
    await stack.services.get("postgres")?.stop();
    const refused = await ingest([post("pg-late", "$FLOWG late")]);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await stack.services.get("postgres")?.start();
    await until("the post is taken again", async () =>
      (await ingest([post("pg-late", "$FLOWG late")])).status === 202 ? true : undefined,
    );
    const counted = await reconciled();
    expect(counted).toMatchObject({ dead: 0, contradictions: 0, miscounted: 0 });
  });
});
