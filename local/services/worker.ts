import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { shardedConfig, withArchive } from "../queue-shards.ts";
import type { Resources } from "../resources.ts";
import type { Ports } from "../settings.ts";
import type { ServiceSpec } from "../supervisor/service.ts";

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

/** wrangler waits for an edit after a failed build; a start has nobody to make one. */
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

/**
 * `wrangler dev`, run by its own entry rather than its launcher, which would be one more process.
 */
export function planWorker(options: {
  ports: Ports;
  dataDir: string;
  config: string;
  envFile: string;
  resources: Resources;
  logs: string;
  inspect: boolean;
}): ServiceSpec {
  const { ports, dataDir } = options;
  const wrangler = dirname(createRequire(import.meta.url).resolve("wrangler/package.json"));
  return {
    name: "worker",
    file: process.execPath,
    args: [
      ...[
        "--no-warnings",
        join(wrangler, "wrangler-dist", "cli.js"),
        "dev",
        "--config",
        localConfig(options.config, dataDir, options.resources),
        "--env-file",
        options.envFile,
      ],
      ...[
        "--ip",
        "127.0.0.1",
        "--port",
        String(ports.worker),
        "--inspector-port",
        String(ports.inspector),
      ],
      ...[
        "--persist-to",
        join(dataDir, "wrangler"),
        "--log-level",
        "log",
        "--show-interactive-dev-session=false",
      ],
    ],
    cwd: ROOT,
    env: {
      ...process.env,
      NO_COLOR: "1",
      FORCE_COLOR: "0",
      CI: "1",
      WRANGLER_SEND_METRICS: "false",
      // An explorer of all data and a store of traces, open to every page that knows the port.
      X_LOCAL_EXPLORER: "false",
      X_LOCAL_OBSERVABILITY: "false",
      // Only the file counts: a key in the shell must not reach an emulator.
      CLOUDFLARE_INCLUDE_PROCESS_ENV: "false",
      // It opens and closes a file of its own for each line that the Worker logs.
      WRANGLER_WRITE_LOGS: "false",
      // It listens to the inspector and passes each line of the log twice more through processes of
      // its own, unless it takes a debugger of an editor to be there.
      ...(!options.inspect && { VSCODE_INSPECTOR_OPTIONS: ":::" }),
    },
    healthy: () =>
      untilOk(`http://127.0.0.1:${ports.worker}/readyz`, 240, () =>
        buildFailure(join(options.logs, "worker.log")),
      ),
    // wrangler starts a runtime that died again, and then leads no request to it.
    lostBy: /The Workers runtime crashed unexpectedly/,
    logs: options.logs,
  };
}
