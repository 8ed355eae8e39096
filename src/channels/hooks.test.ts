import { describe, expect, it } from "vitest";
import { notificationOf, SECRET, sendWith, type Target } from "../../test/support/outbox.ts";
import { discord } from "./discord.ts";
import { email } from "./email.ts";
import { slack } from "./slack.ts";
import { telegram } from "./telegram.ts";
import { webhook } from "./webhook.ts";

const HOSTILE = "@everyone <!channel> <@U1> **x** [a](https://evil.com) `c` & <b> | ~ _ #";
const hostile = [
  notificationOf({
    summary: HOSTILE,
    reasons: [{ rule: "r", group: "g", score: 1, text: "😀".repeat(6_000) }],
  }),
];

/** What a message with a link button asks of Discord. */
const LINKED = "with_components=true";

describe("the Discord channel", () => {
  const settings = { url: "https://discord.com/api/v10/webhooks/1/token-x" };
  const send = (target: Target, over: object = {}) => sendWith(discord, settings, target, over);
  const ok = () => Response.json({ id: "1300000000000000001" });

  it("waits for the message's id, mentions nobody and escapes mark-up", async () => {
    const { sent, seen } = await send(ok, { notifications: hostile });
    expect(sent.externalId).toBe("1300000000000000001");
    expect(seen[0]?.url).toBe(`${settings.url}?with_components=true&wait=true`);
    const { embeds, allowed_mentions } = (seen[0]?.body ?? {}) as {
      embeds: { description: string; title: string }[];
      allowed_mentions: object;
    };
    expect(allowed_mentions).toEqual({ parse: [] });
    expect(embeds[0]?.description).toContain("\\*\\*x\\*\\* \\[a\\]\\(https\\:");
    expect(embeds[0]?.description.length).toBeLessThanOrEqual(4_096);
    expect(embeds[0]?.description.isWellFormed()).toBe(true);
    const { seen: titled } = await send(ok, {
      notifications: [notificationOf({ symbol: "[X](//e.com)" })],
    });
    expect(JSON.stringify(titled[0]?.body)).toContain(
      JSON.stringify("$\\[X\\]\\(//e.com\\) verified \\(score 12\\)").slice(1, -1),
    );
  });

  it.each([
    [400, { code: 50035, message: "Invalid Form Body" }, "reject"],
    [401, { code: 50027, message: "Invalid Webhook Token" }, "gone"],
    [403, { message: "Missing Access" }, "auth"],
    [404, { code: 10015, message: "Unknown Webhook" }, "gone"],
    [502, {}, "retry"],
  ])("reads %i %o as %s", async (status, body, kind) => {
    expect((await send(() => Response.json(body, { status }))).sent.verdict.kind).toBe(kind);
  });

  it("waits the fraction of a second that the body asks for, and minutes when the edge refuses", async () => {
    const limited = await send(() =>
      Response.json(
        { retry_after: 0.529, global: false },
        { status: 429, headers: { "retry-after": "1" } },
      ),
    );
    expect(limited.sent.verdict).toMatchObject({ kind: "throttled", delayMs: 529 });
    expect((await send(() => new Response("<html>", { status: 429 }))).sent.verdict.delayMs).toBe(
      300_000,
    );
    const banned = await send(
      () => new Response("<html>", { status: 429, headers: { "retry-after": "3600" } }),
    );
    expect(banned.sent.verdict.delayMs).toBe(3_600_000);
  });

  it("rewrites its older message where that was chosen", async () => {
    const { seen } = await sendWith(discord, { ...settings, updates: "edit", threadId: "9" }, ok, {
      prior: { id: "55", chat: "1/9", shared: false },
    });
    expect(seen.map(({ url }) => url)).toEqual([
      `${settings.url}/messages/55?thread_id=9&${LINKED}`,
    ]);
  });

  it.each([
    ["of another hook", { id: "55", chat: "2", shared: false }],
    ["of another thread", { id: "55", chat: "1/9", shared: false }],
    ["of a chat that was not recorded", { id: "55", chat: null, shared: false }],
    ["that also reports other events", { id: "55", chat: "1", shared: true }],
  ])("sends a new message instead of rewriting one %s", async (_, prior) => {
    const { sent, seen } = await sendWith(discord, { ...settings, updates: "edit" }, ok, { prior });
    expect(seen.map(({ url }) => url)).toEqual([`${settings.url}?with_components=true&wait=true`]);
    expect(sent).toMatchObject({ externalId: "1300000000000000001", chat: "1" });
  });
});

describe("a Discord forum", () => {
  const url = "https://discord.com/api/v10/webhooks/1/token-x";
  const settings = { url, threadName: "{symbol} {state}" };
  const made = () => Response.json({ id: "55", channel_id: "900" });

  it("gets a thread for an event, in which later changes follow", async () => {
    const first = await sendWith(discord, settings, made);
    expect(first.seen[0]?.body.thread_name).toBe("$DEMO verified");
    expect(first.sent).toMatchObject({ externalId: "55", chat: "1/900" });
    const prior = { id: "55", chat: "1/900", shared: false };
    const later = await sendWith(discord, settings, made, { prior });
    expect(later.seen[0]?.url).toBe(`${url}?thread_id=900&with_components=true&wait=true`);
    expect(later.seen[0]?.body.thread_name).toBeUndefined();
    const edited = await sendWith(discord, { ...settings, updates: "edit" }, made, { prior });
    expect(edited.seen[0]?.url).toBe(`${url}/messages/55?thread_id=900&${LINKED}`);
    expect(edited.seen[0]?.body.thread_name).toBeUndefined();
  });

  it.each([
    { id: "55", chat: "2/900", shared: false },
    { id: "55", chat: "1/900", shared: true },
  ])("makes a new one beside %j", async (prior) => {
    const { seen } = await sendWith(discord, settings, made, { prior });
    expect(seen[0]?.url).toBe(`${url}?with_components=true&wait=true`);
    expect(seen[0]?.body.thread_name).toBe("$DEMO verified");
  });

  it.each([
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "1.25" }, 1_250],
    [{ "x-ratelimit-remaining": "2", "x-ratelimit-reset-after": "1.25" }, undefined],
    [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "soon" }, undefined],
    [{}, undefined],
  ])("rests when a success says that its bucket is empty: %j", async (headers, restMs) => {
    const emptied = () => Response.json({ id: "55", channel_id: "900" }, { headers });
    expect((await sendWith(discord, { url }, emptied)).sent.restMs).toBe(restMs);
  });

  it("has a button that opens the signal's page, and none without a public address", async () => {
    const { seen } = await sendWith(discord, { url }, made);
    expect(seen[0]?.body.components).toMatchObject([
      { components: [{ style: 5, url: expect.stringMatching(/^https:.*#signal=eth/) }] },
    ]);
    const bare = await sendWith(discord, { url }, made, { env: { PUBLIC_URL: "" } });
    expect(bare.seen[0]?.body.components).toBeUndefined();
    expect(bare.seen[0]?.url).not.toContain(LINKED);
  });

  it("names no thread longer than Discord takes, whatever the symbol is", async () => {
    const notifications = [notificationOf({ symbol: "X".repeat(300) })];
    const { seen } = await sendWith(discord, settings, made, { notifications });
    expect(`${seen[0]?.body.thread_name}`.length).toBe(100);
  });

  it("says what the id of a thread is, to whom gives another", () => {
    const opened = discord.open({ url, threadId: "general" }, {} as never);
    expect(opened).toMatchObject({
      kind: "invalid",
      problems: [{ path: "threadId", message: "is the number of a thread" }],
    });
  });

  it.each(["Discord Bot", "my CLYDE", "a@b", "everyone", "```", "  "])(
    "takes no user called %j, which Discord refuses",
    (username) => {
      expect(discord.open({ url, username }, {} as never).kind).toBe("invalid");
    },
  );
});

describe("the Slack channel", () => {
  const send = (target: Target, over: object = {}) =>
    sendWith(slack, { url: "https://hooks.slack.com/services/T/B/x" }, target, over);

  it("shows values as they are, in elements that read no mark-up, up to 3,000 characters", async () => {
    const { sent, seen } = await send(() => new Response("ok"), { notifications: hostile });
    expect(sent.verdict.kind).toBe("ok");
    const { blocks, text } = (seen[0]?.body ?? {}) as {
      blocks: { type: string; elements: { elements: { type: string; text: string }[] }[] }[];
      text: string;
    };
    expect(blocks.map(({ type }) => type)).toEqual(["rich_text", "actions"]);
    expect(blocks[1]?.elements[0]).toMatchObject({
      ...{ type: "button", text: { text: "Open" } },
      url: expect.stringMatching(/^https:\/\/[^/]+\/#signal=/),
    });
    const elements = blocks[0]?.elements[0]?.elements ?? [];
    expect(elements.some((each) => each.text === HOSTILE)).toBe(true);
    expect(elements.every(({ type, text }) => ["text", "link"].includes(type) && text !== "")).toBe(
      true,
    );
    const shown = elements.map((each) => each.text).join("");
    expect(shown.length).toBeLessThanOrEqual(3_000);
    expect(shown).toContain(`${hostile[0]?.eventKey} #1`);
    expect(text).toBe("$DEMO verified (score 12)");
  });

  it.each(["workflows", "triggers"])("gives %s their flat text", async (path) => {
    const url = `https://hooks.slack.com/${path}/T1/2/x`;
    const accepted = () => Response.json({ ok: true });
    const { sent, seen } = await sendWith(slack, { url }, accepted, { notifications: hostile });
    expect(sent.verdict.kind).toBe("ok");
    expect(Object.keys(seen[0]?.body ?? {})).toEqual(["text"]);
    expect(seen[0]?.body.text).toContain(HOSTILE);
  });

  it.each([
    [400, "invalid_payload", "reject"],
    [403, "invalid_token", "gone"],
    [404, "no_service", "gone"],
    [410, "channel_is_archived", "gone"],
    [500, "rollup_error", "retry"],
  ])("reads %i %s as %s", async (status, body, kind) => {
    expect((await send(() => new Response(body, { status }))).sent.verdict.kind).toBe(kind);
  });

  it("waits as long as Retry-After says", async () => {
    const { sent } = await send(
      () => new Response("rate_limited", { status: 429, headers: { "retry-after": "30" } }),
    );
    expect(sent.verdict).toMatchObject({ kind: "throttled", delayMs: 30_000 });
    for (const status of [429, 503]) {
      const page = await send(
        () => new Response("<html>slow down", { status, headers: { "retry-after": "40" } }),
      );
      expect(page.sent.verdict).toMatchObject({
        kind: status === 429 ? "throttled" : "retry",
        delayMs: 40_000,
      });
    }
  });
});

describe("an answer without end", () => {
  const endless = (status: number) => () =>
    new Response(
      new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(64_000).fill(60)),
      }),
      {
        status,
      },
    );
  const services = [
    { kind: telegram, settings: { chatId: "5" }, env: { TELEGRAM_BOT_TOKEN: "1:t" } },
    { kind: discord, settings: { url: "https://discord.com/api/webhooks/1/token-x" }, env: {} },
    { kind: slack, settings: { url: "https://hooks.slack.com/services/T/B/x" }, env: {} },
    {
      kind: email,
      settings: { to: ["ada@example.org"] },
      env: { RESEND_API_KEY: "re_x", MAIL_FROM: "a@example.org" },
    },
    { kind: webhook, settings: { url: "https://hooks.dev.org/in", secrets: [SECRET] }, env: {} },
  ];

  it.each(services)(
    "of $kind.kind is read as far as it matters and judged by its status",
    async ({ kind, settings, env }) => {
      const sent = async (status: number) =>
        (await sendWith(kind, settings, endless(status), { env })).sent;
      expect((await sent(502)).verdict.kind).toBe("retry");
      const taken = await sent(200);
      expect(taken).toMatchObject(
        kind === webhook
          ? { verdict: { kind: "ok" } }
          : { verdict: { kind: "retry" }, ambiguous: true },
      );
    },
  );
});

describe("the mail channel", () => {
  const env = {
    RESEND_API_KEY: "re_x",
    POSTMARK_TOKEN: "pm",
    MAIL_FROM: "Signals <signals@example.org>",
  };
  const send = (target: Target, settings: object = {}, vars: object = env) =>
    sendWith(email, { to: ["ada@example.org"], ...settings }, target, {
      env: vars,
      notifications: hostile,
    });

  it("goes through Resend with the idempotency key, in HTML and in plain words", async () => {
    const { sent, seen } = await send(() => Response.json({ id: "mail-1" }));
    expect(sent).toMatchObject({ verdict: { kind: "ok" }, externalId: "mail-1" });
    expect(seen[0]).toMatchObject({
      url: "https://api.resend.com/emails",
      headers: { "idempotency-key": "idem-1", authorization: "Bearer re_x" },
    });
    expect(seen[0]?.body).toMatchObject({
      from: env.MAIL_FROM,
      to: ["ada@example.org"],
      subject: "$DEMO verified (score 12)",
    });
    expect(seen[0]?.body.html).toContain("&lt;b&gt;");
    expect(seen[0]?.body.text).toContain(HOSTILE);
  });

  it.each([
    [422, { name: "validation_error", message: "x" }, "reject"],
    [401, { name: "missing_api_key" }, "auth"],
    [403, { name: "validation_error" }, "auth"],
    [409, { name: "concurrent_idempotent_requests" }, "retry"],
    [429, { name: "rate_limit_exceeded" }, "throttled"],
    [429, { name: "daily_quota_exceeded" }, "quota"],
    [500, { name: "application_error" }, "retry"],
  ])("reads Resend's %i %o as %s", async (status, body, kind) => {
    expect((await send(() => Response.json(body, { status }))).sent.verdict.kind).toBe(kind);
  });

  it("goes through Postmark, whose errors may come with a 200", async () => {
    const postmark = { provider: "postmark" };
    const { sent, seen } = await send(
      () => Response.json({ ErrorCode: 0, MessageID: "pm-1" }),
      postmark,
    );
    expect(sent.externalId).toBe("pm-1");
    expect(seen[0]).toMatchObject({
      url: "https://api.postmarkapp.com/email",
      body: { To: "ada@example.org", MessageStream: "outbound" },
    });
    for (const [status, ErrorCode, kind] of [
      [200, 406, "reject"],
      [422, 406, "reject"],
      [422, 405, "quota"],
      [401, 10, "auth"],
    ] as const)
      expect(
        (await send(() => Response.json({ ErrorCode, Message: "x" }, { status }), postmark)).sent
          .verdict.kind,
      ).toBe(kind);
  });

  it("sends nothing without the provider's key", async () => {
    const { sent, seen } = await send(
      () => Response.json({}),
      { provider: "postmark" },
      { ...env, POSTMARK_TOKEN: "" },
    );
    expect(sent.verdict).toEqual({ kind: "auth", reason: "POSTMARK_TOKEN is not set" });
    expect(seen).toEqual([]);
  });

  it("writes a subject of one line that reads in one direction, whatever a token is called", async () => {
    const symbol = "A\r\nBcc: x@y.z\u2028\u202Eevil";
    const { seen } = await sendWith(
      email,
      { to: ["ada@example.org"] },
      () => Response.json({ id: "1" }),
      {
        env,
        notifications: [notificationOf({ symbol })],
      },
    );
    expect(seen[0]?.body.subject).toBe("$A Bcc: x@y.z evil verified (score 12)");
  });

  it("takes no address that would add a header", () => {
    for (const to of [
      "a@b.c\r\nBcc: x@y.z",
      "nobody",
      "<a@b.c> <d@e.f>",
      "x, y <a@b.cd>",
      "x,y@b.cd",
      "Ada <a@b.cd",
    ])
      expect(email.open({ to: [to] }, { MAIL_FROM: "a@b.cd" } as never).kind).toBe("invalid");
  });
});
