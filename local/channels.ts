import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, type ServerAccess } from "../cli/client.ts";

const hookAt = (emulators: string) => `${emulators}/webhook/local`;

/** Channels that lead to the emulators' address of the last start are led to the present one. */
async function followEmulators(server: ServerAccess, before: string, now: string): Promise<string> {
  if (before === now) return "as you left them";
  const { channels } = await ask<{
    channels: { id: number; settings: Record<string, unknown> }[];
  }>(server, "/channels");
  for (const { id } of channels.filter(({ settings }) => settings.url === hookAt(before)))
    await ask(server, `/channels/${id}`, {
      method: "PATCH",
      body: { settings: { url: hookAt(now) } },
    });
  return `as you left them; the emulators moved from ${before}`;
}

/**
 * Adds two channels that lead to the emulators, once for each data folder: a channel that the user
 * deletes stays deleted. The chat is not a group, whose limit of 20 messages a minute would slow
 * the samples down.
 */
export async function makeLocalChannels(
  server: ServerAccess,
  emulators: string,
  dataDir: string,
): Promise<string> {
  const marker = join(dataDir, "channels-made");
  if (existsSync(marker)) {
    const outcome = await followEmulators(server, readFileSync(marker, "utf8"), emulators);
    writeFileSync(marker, emulators);
    return outcome;
  }
  const webhook = {
    kind: "webhook",
    name: "local webhook",
    settings: { url: hookAt(emulators) },
  };
  const telegram = {
    kind: "telegram",
    name: "local telegram",
    settings: { chat_id: "1000000001" },
  };
  for (const body of [webhook, telegram]) await ask(server, "/channels", { method: "POST", body });
  writeFileSync(marker, emulators);
  return "a webhook and a Telegram chat at the emulators";
}
