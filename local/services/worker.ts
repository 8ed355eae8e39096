import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { shardedConfig, withArchive } from "../queue-shards.ts";
import type { Resources } from "../resources.ts";
import type { Ports } from "../settings.ts";
import type { ServiceSpec } from "../supervisor/service.ts";
import type { Job } from "./workerd/job.ts";

export const ROOT = join(import.meta.dirname, "..", "..");

/**
 * Waits for a GET to answer 200; the last answer is the reason when it never does. `hopeless` says
 * why to stop early.
 */
async function untilOk(
  url: string,
  seconds: number,
  hopeless: () => string | undefined,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (let why = "no answer"; ; ) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      if (response.ok) return;
      why = `${response.status} ${(await response.text()).slice(0, 200)}`;
    } catch (error) {
      why = String((error as Error).cause ?? error);
    }
    const lost = hopeless();
    if (lost !== undefined) throw new Error(lost);
    if (performance.now() > deadline)
      throw new Error(`${url} is not ready after ${seconds} s: ${why}`);
    await new Promise((wake) => setTimeout(wake, 150));
  }
}

/** The Worker's process waits for an edit after a failed build; a start has nobody to make one. */
function buildFailure(log: string): string | undefined {
  const text = existsSync(log) ? stripVTControlCharacters(readFileSync(log, "utf8")) : "";
  const errors = [...text.matchAll(/\[ERROR\] (.+)/g)].map((match) => match[1]);
  return /Build failed/.test(text)
    ? `the worker does not build: ${errors.slice(0, 3).join("; ")}; see ${log}`
    : undefined;
}

/**
 * wrangler.toml with queues that do not wait for company: a second at each hop buys larger batches
 * in production, and here only makes people wait. Answers where it was written.
 */
function localConfig(
  config: string,
  dataDir: string,
  { queueShards, archiveBucket }: Resources,
): string {
  const absolute = (_: string, name: string, path: string) =>
    `${name} = ${JSON.stringify(resolve(dirname(config), path))}`;
  const text = withArchive(shardedConfig(readFileSync(config, "utf8"), queueShards), archiveBucket)
    .replaceAll(/^max_batch_timeout = \d+/gm, "max_batch_timeout = 0")
    .replaceAll(/^(main|directory) = "(.+)"/gm, absolute);
  const file = join(dataDir, "wrangler.toml");
  writeFileSync(file, text);
  return file;
}

/** The process that runs the Worker; local/services/workerd/main.ts says what it does. */
export function planWorker(options: {
  ports: Ports;
  dataDir: string;
  config: string;
  settings: NodeJS.Dict<string>;
  resources: Resources;
  logs: string;
  inspect: boolean;
}): ServiceSpec {
  const { ports, dataDir, logs } = options;
  const given = Object.entries(options.settings).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const job: Job = {
    config: localConfig(options.config, dataDir, options.resources),
    port: ports.worker,
    inspectorPort: options.inspect ? ports.inspector : null,
    stateDir: join(dataDir, "wrangler"),
    settings: Object.fromEntries(given),
  };
  const file = join(dataDir, "worker.json");
  writeFileSync(file, JSON.stringify(job, null, 2), { mode: 0o600 });
  return {
    name: "worker",
    file: process.execPath,
    args: [
      "--disable-warning=ExperimentalWarning",
      join(import.meta.dirname, "workerd", "main.ts"),
      file,
    ],
    env: {
      ...process.env,
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_WRITE_LOGS: "false",
      // Only the configuration counts: a key in the shell must not reach an emulator.
      CLOUDFLARE_INCLUDE_PROCESS_ENV: "false",
    },
    healthy: () =>
      untilOk(`http://127.0.0.1:${ports.worker}/readyz`, 240, () =>
        buildFailure(join(logs, "worker.log")),
      ),
    lostBy: /The Workers runtime failed to restart/,
    logs,
  };
}
