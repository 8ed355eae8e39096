import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import type { RawPost } from "../../src/model/raw-post.ts";
import type { Reader, Round } from "./worker.ts";

const workerd: string = createRequire(import.meta.url)("workerd").default;
const ROUNDS = 5;
const REPEATS = 3;
const STARTS = 5;
const READERS: Reader[] = [
  "whole stage",
  "language",
  "spam",
  "sentiment",
  "entities",
  "fingerprint",
];
const EMPTY_WORKER = "export default { fetch: () => new Response() };";
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "text", worker = (
    modules = [(name = "worker.js", esModule = embed "worker.js")],
    compatibilityDate = "2026-10-01"
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "text")],
);`;

/** All in milliseconds. */
export type Costs = {
  /** Of a post, without what the request itself costs. */
  perPost: [Reader, number][];
  /**
   * What a worker with the text stages takes longer to start than an empty one, and then for its
   * first post: the tables are unpacked.
   */
  start: number;
  firstPost: number;
  /** To load dist/text.mjs in a fresh process of Node, without Node's own start. */
  load: number | undefined;
  /**
   * Processor time where the system reports it for other processes, else wall-clock time.
   */
  clock: "processor" | "wall";
};

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/**
 * What a process has used of the processor, as Linux counts it to the nanosecond; elsewhere the
 * clock on the wall stands in.
 */
function clockOf(pid: number | undefined): number {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(`/proc/${pid}/schedstat`)) return performance.now();
  const nanoseconds = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((a, b) => a + b, 0) / 1e6;
}

async function worker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL("worker.ts", import.meta.url).pathname],
    bundle: true,
    write: false,
    format: "esm",
    minify: true,
    target: "es2024",
    platform: "neutral",
    mainFields: ["module", "main"],
  });
  return outputFiles[0]?.text ?? "";
}

type Running = { url: string; pid: number | undefined; started: number; stop: () => Promise<void> };

/** workerd with one worker, after its first answer. `started`: what it took until then. */
async function run(script: string): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "text-bench-"));
  writeFileSync(join(folder, "worker.js"), script);
  writeFileSync(join(folder, "config.capnp"), CONFIG);
  const before = performance.now();
  const child = spawn(workerd, ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const url = `http://127.0.0.1:${await portOf(child)}/`;
  await (await fetch(url, { method: "PUT", body: "[]" })).text();
  const used = clockOf(child.pid);
  return {
    url,
    pid: child.pid,
    started: existsSync(`/proc/${child.pid}/schedstat`) ? used : used - before,
    stop: async () => {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  for await (const line of createInterface(child.stdio[3] as Readable)) {
    const { event, port } = JSON.parse(line);
    if (event === "listen") return port;
  }
  throw new Error("workerd ended before it listened");
}

/** What workerd uses to answer one request. */
async function timed(
  { url, pid }: Running,
  method: string,
  body: Round | readonly RawPost[],
): Promise<number> {
  const before = clockOf(pid);
  const answer = await fetch(url, { method, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`workerd answered ${answer.status}: ${await answer.text()}`);
  await answer.text();
  return clockOf(pid) - before;
}

async function startCosts(
  script: string,
  post: RawPost,
): Promise<{ start: number; firstPost: number }> {
  const starts: number[] = [];
  const firsts: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const empty = await run(EMPTY_WORKER);
    await empty.stop();
    const full = await run(script);
    await timed(full, "PUT", [post]);
    const nothing = await timed(full, "POST", { read: "nothing", repeats: 1 });
    firsts.push((await timed(full, "POST", { read: "whole stage", repeats: 1 })) - nothing);
    await full.stop();
    starts.push(full.started - empty.started);
  }
  return { start: median(starts), firstPost: median(firsts) };
}

async function perPost(script: string, posts: readonly RawPost[]): Promise<[Reader, number][]> {
  const running = await run(script);
  await timed(running, "PUT", posts);
  const ask = (read: Reader) => timed(running, "POST", { read, repeats: REPEATS });
  for (const read of READERS) await ask(read);
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const nothing = await ask("nothing");
    const spent: number[] = [];
    for (const read of READERS)
      spent.push(((await ask(read)) - nothing) / (REPEATS * posts.length));
    rounds.push(spent);
  }
  await running.stop();
  return READERS.map((read, i) => [read, median(rounds.map((spent) => spent[i] ?? Number.NaN))]);
}

function loadTime(bundle: URL): number | undefined {
  if (!existsSync(bundle)) return undefined;
  const used = (module: string) => {
    const source = `const before = process.cpuUsage(); await import(${JSON.stringify(module)});
      const { user, system } = process.cpuUsage(before); console.log((user + system) / 1000);`;
    return Number(execFileSync(process.execPath, ["--input-type=module", "--eval", source]));
  };
  return median(
    Array.from({ length: STARTS }, () => used(bundle.href) - used("data:text/javascript,")),
  );
}

/**
 * What the text stages cost where they run: in workerd, many posts a request, measured from
 * outside, less a request that reads nothing.
 */
export async function costs(posts: readonly RawPost[], bundle: URL): Promise<Costs> {
  const script = await worker();
  const [first] = posts;
  if (first === undefined) throw new Error("no posts to measure with");
  return {
    perPost: await perPost(script, posts),
    ...(await startCosts(script, first)),
    load: loadTime(bundle),
    clock: existsSync("/proc/self/schedstat") ? "processor" : "wall",
  };
}
