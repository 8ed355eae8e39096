import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveEmulators } from "../local/emulators/server.ts";
import { emulatorSettings } from "../local/settings.ts";
import { freePorts } from "../local/supervisor/ports.ts";
import type { Command } from "./command.ts";
import { checkKeys } from "./commands/check-keys.ts";
import { chatsIn, telegram } from "./commands/telegram.ts";

const folder = mkdtempSync(join(tmpdir(), "keys-"));
let base: string;
let stop: () => void;
beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  base = `http://127.0.0.1:${port}`;
  stop = await serveEmulators({ port, requestsDir: folder });
});
afterAll(() => {
  stop();
  rmSync(folder, { recursive: true });
});

/** Runs a command with a settings file that leads to the emulators. */
async function run(command: Command, args: string[], over: Record<string, string> = {}) {
  const file = join(folder, "settings.env");
  const lines = Object.entries({ ...emulatorSettings(base), ...over });
  writeFileSync(file, lines.map(([name, value]) => `${name}='${value}'`).join("\n"));
  const out: string[] = [];
  const err: string[] = [];
  const code = await command.run([...args, "--settings", file], {
    url: "",
    key: null,
    env: {},
    json: true,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    stdin: (async function* () {})(),
    fetch,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

type Check = { name: string; what: string; ok: boolean | null; says: string };
const fault = (name: string, settings?: object) =>
  fetch(`${base}/faults/${name}`, {
    method: settings ? "PUT" : "DELETE",
    ...(settings && { body: JSON.stringify(settings) }),
  });

describe("check-keys", () => {
  it("asks every service that is on, and says what the others lack", async () => {
    const { code, out } = await run(checkKeys, [], { SOURCES_OFF: "", RESEND_API_KEY: "" });
    const found = JSON.parse(out) as Check[];
    expect(found.filter(({ ok }) => ok === false)).toEqual([]);
    expect(code).toBe(0);
    const of = (name: string) => found.find((each) => each.name === name);
    expect(of("goplus")).toMatchObject({ ok: true, says: expect.stringMatching(/[1-9]\d* facts/) });
    expect(of("feeds")).toMatchObject({ ok: true, says: expect.stringMatching(/[1-9]\d* posts/) });
    expect(of("telegram")).toMatchObject({ what: "channel", ok: true });
    expect(of("resend")).toMatchObject({ ok: null, says: "off: RESEND_API_KEY not set" });
  });

  it("fails when one of them refuses, and names it without its key", async () => {
    await fault("telegram", { fault: "auth" });
    const { code, out } = await run(checkKeys, [], { TELEGRAM_BOT_TOKEN: "12:secret" });
    await fault("telegram");
    expect(code).toBe(1);
    const refused = (JSON.parse(out) as Check[]).filter(({ ok }) => ok === false);
    expect(refused).toMatchObject([{ name: "telegram", says: expect.stringMatching(/^401 auth/) }]);
    expect(out).not.toContain("secret");
  });
});

describe("telegram chats", () => {
  it("prints the ids of the chats that the bot was heard of in", async () => {
    const { code, out } = await run(telegram, ["chats"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([
      { chat_id: -1009876543210, thread_id: null, kind: "channel", name: "Signals" },
      { chat_id: -1001234567890, thread_id: 7, kind: "supergroup", name: "Desk" },
    ]);
  });

  it("says what to do without a token", async () => {
    const { code, err } = await run(telegram, ["chats"], { TELEGRAM_BOT_TOKEN: "" });
    expect(code).toBe(1);
    expect(err).toContain("@BotFather");
  });

  it("shows a chat once, and a person by their name", () => {
    const message = (id: number) => ({ chat: { id, type: "private", first_name: "Ada" } });
    expect(
      chatsIn({ ok: true, result: [{ message: message(1) }, { edited_message: message(1) }] }),
    ).toEqual([{ chat_id: 1, thread_id: null, kind: "private", name: "Ada" }]);
  });
});

describe("telegram webhook", () => {
  const READY = { PUBLIC_URL: "https://signals.dev.org/", TELEGRAM_WEBHOOK_SECRET: "s".repeat(32) };

  it("has Telegram send what is pressed to this deployment, and ends that", async () => {
    const { code, out } = await run(telegram, ["webhook"], READY);
    expect([code, out]).toEqual([
      0,
      "Telegram sends what is pressed to https://signals.dev.org/telegram/webhook",
    ]);
    expect(await run(telegram, ["webhook", "--remove"])).toMatchObject({ code: 0 });
  });

  it.each([
    [{ ...READY, PUBLIC_URL: "" }, /PUBLIC_URL/],
    [{ ...READY, TELEGRAM_WEBHOOK_SECRET: "" }, /TELEGRAM_WEBHOOK_SECRET/],
  ])("says what is missing", async (env, missing) => {
    const { code, err } = await run(telegram, ["webhook"], env);
    expect([code, err]).toEqual([1, expect.stringMatching(missing)]);
  });
});
