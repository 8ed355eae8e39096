import { join } from "node:path";
import {
  convertV4MiniflareOptions,
  Log,
  Miniflare,
  type MiniflareOptions,
  type V4WorkerOptions,
} from "miniflare";
import type { Bundle } from "./bundle.ts";
import type { Job } from "./job.ts";
import { sourceMapped } from "./stack-trace.ts";

/** Miniflare's options of a Worker, all but its name and code, as wrangler derives them. */
export type Bindings = { bindings: Record<string, string>; compatibilityDate: string };

let waiting = "";
/** Writes a line to the log of this process, all of one turn of the event loop at once. */
export function writeLine(line: string): void {
  if (waiting === "")
    setImmediate(() => {
      process.stdout.write(waiting);
      waiting = "";
    });
  waiting += `${line}\n`;
}

class RuntimeLog extends Log {
  override log(message: string): void {
    writeLine(message);
  }
}

function optionsOf(
  job: Job,
  name: string,
  bindings: Bindings,
  { code, map }: Bundle,
): MiniflareOptions {
  const mapped = sourceMapped(map);
  const worker: V4WorkerOptions = {
    ...bindings,
    name,
    bindings: { ...bindings.bindings, ...job.settings },
    modulesRoot: "/",
    modules: [{ type: "ESModule", path: "/index.js", contents: code }],
  };
  return convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: job.port,
    ...(job.inspectorPort !== null && { inspectorPort: job.inspectorPort }),
    // The place of a made-up visitor, which miniflare otherwise asks Cloudflare for.
    cf: false,
    log: new RuntimeLog(),
    handleStructuredLogs: ({ level, message }) =>
      writeLine(level === "error" ? mapped(message) : message),
    logRequests: false,
    // /cdn-cgi/local/scheduled, for the ticker.
    unsafeTriggerHandlers: true,
    resourcePersistencePath: join(job.stateDir, "v3"),
    resourceTmpPath: join(job.stateDir, "tmp"),
    workers: [worker],
  });
}

/** workerd with one Worker, whose code can be replaced; objects then begin anew from their state. */
export function openRuntime(job: Job, name: string, bindings: Bindings) {
  let miniflare: Miniflare | undefined;
  return {
    async run(bundle: Bundle): Promise<void> {
      const options = optionsOf(job, name, bindings, bundle);
      if (miniflare) return miniflare.setOptions(options);
      miniflare = new Miniflare(options);
      await miniflare.ready;
    },
    end: async (): Promise<void> => miniflare?.dispose(),
  };
}
