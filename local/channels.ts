import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, problemOf, type Server, sendJson } from "./ask.ts";

const hookAt = (emulators: string) => `${emulators}/webhook/local`;

async function send(server: Server, method: string, path: string, body: unknown): Promise<void> {
  const response = await sendJson(server, path, body, method);
  if (!response.ok) throw new Error(`${method} ${path}: ${await problemOf(response)}`);
}

/**
 * The emulators may have moved since the last start: what leads to where they were then is led to where
 * they are.
 */
async function followEmulators(server: Server, before: string, now: string): Promise<string> {
  if (before === now) return "as you left them";
  const response = await ask(server, "/channels");
  if (!response.ok) throw new Error(`GET /channels: ${await problemOf(response)}`);
  const { channels } = (await response.json()) as {
    channels: { id: number; settings: Record<string, unknown> }[];
  };
  for (const { id } of channels.filter(({ settings }) => settings.url === hookAt(before)))
    await send(server, "PATCH", `/channels/${id}`, { settings: { url: hookAt(now) } });
  return `as you left them; the twins have moved from ${before}`;
}

/**
 * Two channels that lead to the emulators, made once a data folder: what a user deletes stays deleted.
 * The chat is no group, whose 20 messages a minute would pace the samples.
 */
export async function makeLocalChannels(
  server: Server,
  emulators: string,
  dataDir: string,
): Promise<string> {
  const marker = join(dataDir, "channels-made");
  if (existsSync(marker)) {
    const told = await followEmulators(server, readFileSync(marker, "utf8"), emulators);
    writeFileSync(marker, emulators);
    return told;
  }
  await send(server, "POST", "/channels", {
    kind: "webhook",
    name: "local webhook",
    settings: { url: hookAt(emulators) },
  });
  await send(server, "POST", "/channels", {
    kind: "telegram",
    name: "local telegram",
    settings: { chat_id: "1000000001" },
  });
  writeFileSync(marker, emulators);
  return "a webhook and a Telegram chat at the twins";
}
