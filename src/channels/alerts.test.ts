import { describe, expect, it } from "vitest";
import { notificationOf, sendWith } from "../../test/support/outbox.ts";
import { jsonBytes, utf8Length } from "../kit/utf8.ts";
import { ChannelEnv } from "../settings/settings.ts";
import { matrix } from "./matrix.ts";
import { ntfy } from "./ntfy.ts";
import { pagerduty } from "./pagerduty.ts";
import { teams } from "./teams.ts";

const NASTY = '*bold* [link](https://evil.example) <b>x</b> @room `code` "quoted"';
const nasty = notificationOf({ summary: NASTY });
const json = (body: unknown, status = 200) => Response.json(body, { status });
const ENV = { PUBLIC_URL: "https://signals.dev.org" };

describe("PagerDuty", () => {
  const settings = { routingKey: "k".repeat(32) };
  const processed = () => json({ status: "success", message: "Event processed" }, 202);
  const eventOf = async (over: Parameters<typeof notificationOf>[0]) => {
    const { seen } = await sendWith(pagerduty, settings, processed, {
      notifications: [notificationOf(over)],
    });
    return seen[0]?.body;
  };

  it("opens one incident an event and resolves it when the token falls", async () => {
    const opened = await eventOf({});
    const fallen = await eventOf({ state: "downgraded", previousState: "verified", transition: 2 });
    expect(opened).toMatchObject({ event_action: "trigger", routing_key: settings.routingKey });
    expect(fallen).toMatchObject({ event_action: "resolve", dedup_key: opened?.dedup_key });
    expect(opened?.dedup_key).toBe(notificationOf().eventKey);
  });

  it("shortens a key that PagerDuty would refuse, and keeps it apart from others", async () => {
    const long = await eventOf({ eventKey: `eth:${"A".repeat(300)}` });
    const other = await eventOf({ eventKey: `eth:${"A".repeat(301)}` });
    expect(`${long?.dedup_key}`.length).toBeLessThanOrEqual(255);
    expect(long?.dedup_key).not.toBe(other?.dedup_key);
  });

  it("names what PagerDuty refuses, and pauses for a wrong key", async () => {
    const bad = { status: "invalid event", message: "Event object is invalid" };
    const refused = await sendWith(pagerduty, settings, () =>
      json({ ...bad, errors: ["'payload.severity' is invalid"] }, 400),
    );
    expect(refused.sent.verdict).toMatchObject({ kind: "reject" });
    expect(refused.sent.verdict.reason).toContain("severity");
    const wrong = await sendWith(pagerduty, settings, () =>
      json({ ...bad, errors: ["'routing_key' is invalid"] }, 400),
    );
    expect(wrong.sent.verdict.kind).toBe("auth");
  });

  it("takes no other address than PagerDuty's own", () => {
    const url = "https://events.pagerduty.com.evil.dev/v2/enqueue";
    expect(pagerduty.open({ ...settings, url }, ChannelEnv.parse(ENV)).kind).toBe("invalid");
    const eu = "https://events.eu.pagerduty.com/v2/enqueue";
    expect(pagerduty.open({ ...settings, url: eu }, ChannelEnv.parse(ENV)).kind).toBe("open");
  });
});

describe("ntfy", () => {
  const settings = { topic: "desk", token: "tk_secret_token", server: "https://push.dev.org/" };

  it("publishes plain words at the root of the server, under the key of the delivery", async () => {
    const { seen, sent } = await sendWith(ntfy, settings, () => json({ id: "abc" }), {
      notifications: [nasty],
      env: ENV,
    });
    expect(seen[0]?.url).toBe("https://push.dev.org/");
    expect(seen[0]?.headers.authorization).toBe("Bearer tk_secret_token");
    expect(seen[0]?.body).toMatchObject({ topic: "desk", priority: 3, sequence_id: "idem-1" });
    expect(seen[0]?.body.message).toContain(NASTY);
    expect(seen[0]?.body.click).toMatch(/^https:\/\/signals\.dev\.org\/signals\//);
    expect(sent).toMatchObject({ externalId: "abc", verdict: { kind: "ok" } });
  });

  it("never sends more bytes than a server takes for a message", async () => {
    const wide = notificationOf({ summary: "警".repeat(3_000) });
    const { seen } = await sendWith(ntfy, settings, () => json({ id: "abc" }), {
      notifications: [wide],
    });
    const message = `${seen[0]?.body.message}`;
    expect(utf8Length(message)).toBeLessThanOrEqual(4_096);
    expect(message).toContain(`${wide.eventKey} #1`);
  });

  it.each([
    [42_901, "throttled"],
    [42_908, "quota"],
  ])("tells code %i as %s", async (code, kind) => {
    const { sent } = await sendWith(ntfy, settings, () =>
      json({ code, http: 429, error: "limit reached" }, 429),
    );
    expect(sent.verdict.kind).toBe(kind);
  });
});

describe("Matrix", () => {
  const settings = {
    homeserver: "https://matrix.dev.org",
    roomId: "!room:dev.org",
    accessToken: "syt_secret_token",
  };
  const accepted = () => json({ event_id: "$1" });

  it("sends under a transaction id, mentions nobody and escapes what posts say", async () => {
    const { seen, sent } = await sendWith(matrix, settings, accepted, { notifications: [nasty] });
    expect(seen[0]?.method).toBe("PUT");
    expect(seen[0]?.url).toBe(
      `${settings.homeserver}/_matrix/client/v3/rooms/!room%3Adev.org/send/m.room.message/idem-1`,
    );
    expect(seen[0]?.body).toMatchObject({ msgtype: "m.notice", "m.mentions": {} });
    expect(seen[0]?.body.body).toContain(NASTY);
    expect(seen[0]?.body.formatted_body).toContain("&lt;b&gt;x&lt;/b&gt;");
    expect(sent).toMatchObject({ externalId: "$1" });
  });

  it("edits in its own room, under the id of the first message, and never a digest", async () => {
    const first = await sendWith(matrix, settings, accepted);
    const chat = first.sent.chat ?? null;
    const editing = { ...settings, updates: "edit" };
    const again = () => json({ event_id: "$2" });
    const prior = { id: "$1", chat, shared: false };
    const edited = await sendWith(matrix, editing, again, { prior });
    expect(edited.seen[0]?.body["m.relates_to"]).toEqual({
      rel_type: "m.replace",
      event_id: "$1",
    });
    expect(edited.sent.externalId).toBe("$1");
    const digest = await sendWith(matrix, editing, again, { prior: { ...prior, shared: true } });
    expect(digest.seen[0]?.body["m.relates_to"]).toBeUndefined();
    const elsewhere = await sendWith(matrix, { ...editing, roomId: "!other:dev.org" }, again, {
      prior,
    });
    expect(elsewhere.seen[0]?.body["m.relates_to"]).toBeUndefined();
  });

  it.each([
    [429, { errcode: "M_LIMIT_EXCEEDED", error: "slow", retry_after_ms: 2_500 }, "throttled"],
    [401, { errcode: "M_UNKNOWN_TOKEN", error: "x" }, "auth"],
    [403, { errcode: "M_FORBIDDEN", error: "not in room" }, "auth"],
    [404, { errcode: "M_NOT_FOUND", error: "x" }, "gone"],
    [404, { errcode: "M_UNRECOGNIZED", error: "x" }, "retry"],
    [413, { errcode: "M_TOO_LARGE", error: "x" }, "reject"],
    [502, "<html>", "retry"],
    [404, "<html>", "retry"],
  ])("reads %i %j as %s", async (status, body, kind) => {
    const answer = () =>
      typeof body === "string" ? new Response(body, { status }) : json(body, status);
    const { sent } = await sendWith(matrix, settings, answer);
    expect(sent.verdict.kind).toBe(kind);
    if (status === 429) expect(sent.verdict.delayMs).toBe(2_500);
  });

  it("stays below the size of an event, also as an edit", async () => {
    const wide = notificationOf({ summary: "警".repeat(20_000) });
    const prior = {
      id: "$1",
      chat: (await sendWith(matrix, settings, accepted)).sent.chat ?? null,
    };
    const { seen } = await sendWith(matrix, { ...settings, updates: "edit" }, accepted, {
      notifications: [wide],
      prior: { ...prior, shared: false },
    });
    expect(jsonBytes(seen[0]?.body)).toBeLessThan(65_536);
  });
});

describe("Teams", () => {
  const settings = { url: "https://prod-7.westeurope.logic.azure.com/workflows/1/invoke?sig=s" };
  const accepted = () => new Response(null, { status: 202 });

  it("shows what posts say as it is, and links of ours as links", async () => {
    const { seen, sent } = await sendWith(teams, settings, accepted, { notifications: [nasty] });
    const card = JSON.stringify(seen[0]?.body);
    expect(card).toContain(JSON.stringify(NASTY).slice(1, -1));
    expect(card).not.toContain('"TextBlock"');
    expect(card).toContain('"Action.OpenUrl"');
    expect(sent.verdict.kind).toBe("ok");
  });

  it("stays below 28 KB", async () => {
    const wide = notificationOf({ summary: '"\\'.repeat(20_000) });
    const { seen } = await sendWith(teams, settings, accepted, { notifications: [wide] });
    expect(jsonBytes(seen[0]?.body)).toBeLessThan(28_000);
    expect(JSON.stringify(seen[0]?.body)).toContain(wide.eventKey);
  });

  it.each([
    [404, { error: { code: "WorkflowNotFound", message: "x" } }, "gone"],
    [400, { error: { code: "WorkflowTriggerIsNotEnabled", message: "x" } }, "gone"],
    [400, { error: { code: "TriggerInputSchemaMismatch", message: "x" } }, "reject"],
    [401, { error: { code: "DirectApiAuthorizationRequired", message: "x" } }, "auth"],
    [429, { error: { code: "TooManyRequests", message: "x" } }, "throttled"],
    [502, { error: { code: "NoResponse", message: "x" } }, "retry"],
  ])("reads %i %j as %s", async (status, body, kind) => {
    const { sent } = await sendWith(teams, settings, () => json(body, status));
    expect(sent.verdict.kind).toBe(kind);
  });

  it("takes addresses of workflows alone", () => {
    const env = ChannelEnv.parse(ENV);
    const open = (url: string) => teams.open({ url }, env).kind;
    expect(open("https://x.7.environment.api.powerplatform.com/powerautomate/workflows/1/")).toBe(
      "open",
    );
    expect(open("https://logic.azure.com.evil.dev/workflows/1")).toBe("invalid");
    expect(open("https://evil-logic.azure.com/workflows/1")).toBe("invalid");
  });
});
