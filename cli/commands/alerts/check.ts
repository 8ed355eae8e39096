import { type AlertSet, loadAlerts } from "../../../src/alerts/load-alerts.ts";
import { ask } from "../../client.ts";
import type { Io } from "../../command.ts";
import { parseOptions } from "../../options.ts";
import { oneFile, readText, refuse, settings } from "../rules/files.ts";

export const ALERTS_FILE = "rules/alerts.yml";

/** Alerts from a file, or undefined when it was refused and the problems have been printed. */
export async function loadAlertsFile(file: string, io: Io): Promise<AlertSet | undefined> {
  const text = await readText(file, io);
  const read = loadAlerts(text, settings());
  if (read.kind === "loaded") return read.value;
  refuse(file, text, read.problems, io);
  return undefined;
}

export async function checkAlerts(args: string[], io: Io): Promise<number> {
  const file = oneFile(parseOptions(args, {}).positionals, ALERTS_FILE);
  const loaded = await loadAlertsFile(file, io);
  if (loaded === undefined) return 1;
  const { alerts, sha } = loaded;
  io.out(
    io.json
      ? JSON.stringify({ file, sha, alerts: alerts.length })
      : `${file}: ${alerts.length} alerts, ${sha.slice(0, 12)}`,
  );
  return 0;
}

/** Checks, and only then sends. The server checks again with its own settings. */
export async function pushAlerts(args: string[], io: Io): Promise<number> {
  const file = oneFile(parseOptions(args, {}).positionals, ALERTS_FILE);
  const loaded = await loadAlertsFile(file, io);
  if (loaded === undefined) return 1;
  const { text, alerts, sha } = loaded;
  await ask(io, "/lists/alerts", { method: "PUT", contentType: "text/yaml", body: text });
  io.out(
    io.json
      ? JSON.stringify({ sha, alerts: alerts.length })
      : `pushed ${alerts.length} alerts: in force within 90 s`,
  );
  return 0;
}
