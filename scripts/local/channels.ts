import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { problemOf, type Server, sendJson } from "./ask.ts";

/** Two channels that lead to the twins, made once a data folder: what a user deletes stays deleted. */
export async function makeLocalChannels(server: Server, twins: string, dataDir: string): Promise<string> {
  const marker = join(dataDir, "channels-made");
  if (existsSync(marker)) return "as you left them";
  const channels = [
    { kind: "webhook", name: "local webhook", settings: { url: `${twins}/webhook/local` } },
    { kind: "telegram", name: "local telegram", settings: { chat_id: "-1000000000001" } },
  ];
  for (const channel of channels) {
    const response = await sendJson(server, "/channels", channel);
    if (!response.ok) throw new Error(`POST /channels: ${await problemOf(response)}`);
  }
  writeFileSync(marker, "");
  return "a webhook and a Telegram chat at the twins";
}
