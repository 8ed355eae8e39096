import * as z from "zod";
import { outsideCall } from "../src/http/request.ts";
import { Refusal } from "./refusal.ts";

const TIMEOUT_MS = 15_000;
const TELEGRAM = process.env.TELEGRAM_BASE_URL ?? "https://api.telegram.org";
const Me = z.object({ ok: z.literal(true), result: z.object({ username: z.string() }) });

const ports = { fetch: (url: string, init: RequestInit) => fetch(url, init), now: Date.now };

/** Who the bot is. Throws a Refusal when Telegram does not know the token. */
export async function testTelegram(token: string): Promise<string> {
  const url = `${TELEGRAM}/bot${encodeURIComponent(token).replace("%3A", ":")}/getMe`;
  const { json, verdict } = await outsideCall(
    { provider: "telegram", url, timeoutMs: TIMEOUT_MS, expect: "json" },
    ports,
  );
  const me = Me.safeParse(json);
  if (!me.success) throw new Refusal(`Telegram does not take this token (${verdict.reason})`);
  return `the bot is @${me.data.result.username}`;
}

/** Throws a Refusal when the Redis does not answer. */
export async function testRedis(url: string, token: string): Promise<void> {
  if (!URL.canParse(url)) throw new Refusal(`${url} is not an address`);
  const { verdict } = await outsideCall(
    {
      provider: "redis",
      url: `${url.replace(/\/$/, "")}/ping`,
      headers: { authorization: `Bearer ${token}` },
      timeoutMs: TIMEOUT_MS,
    },
    ports,
  );
  if (verdict.kind !== "ok") throw new Refusal(`Redis refuses: ${verdict.reason}`);
}
