/**
 * `npm start`: the whole product on this machine. What it starts and in which order is in
 * local/stack.ts.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openPage } from "./browser.ts";
import { makeLocalChannels } from "./channels.ts";
import { explainStartFailure } from "./failure.ts";
import { dripSamples, feedFile } from "./feed.ts";
import { oneTimeLink } from "./link.ts";
import { readOptions, type StartOptions, USAGE } from "./options.ts";
import { watchRules } from "./rules-watch.ts";
import { readCrons, startTicker } from "./services/ticker.ts";
import { ROOT } from "./services/worker.ts";
import { type Stack, startStack } from "./stack.ts";

const log = (line: string) => console.log(line);

function settledOptions(): StartOptions {
  const options = readOptions(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  if (options === "help") {
    log(USAGE);
    process.exit(0);
  }
  const problem = "problem" in options ? options.problem : missingFile(options);
  if (problem === undefined) return options as StartOptions;
  console.error(`${problem}\n\n${USAGE}`);
  process.exit(2);
}

function missingFile({
  postsFile,
  envFile,
}: StartOptions | ({ problem: string } & Partial<StartOptions>)): string | undefined {
  const missing = [postsFile, envFile].find((file) => file !== undefined && !existsSync(file));
  return missing === undefined ? undefined : `${missing} does not exist`;
}

/**
 * One Ctrl-C may arrive twice, from the terminal and from npm. A later one ends this process at
 * once, and the watchdog ends the services.
 */
function stopOnSignal(stop: () => Promise<void>): void {
  let since: number | undefined;
  const end = () => {
    if (since !== undefined) {
      if (performance.now() - since > 1_500) process.exit(130);
      return;
    }
    since = performance.now();
    log("\nStopping.");
    stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
}

/** Starts what runs in this process beside the services. Answers how to stop it. */
async function startCompanions(stack: Stack, options: StartOptions): Promise<() => void> {
  const crons = readCrons(join(ROOT, "wrangler.toml"));
  const stops = [
    startTicker({ url: stack.url, crons, everyMs: 10_000 }),
    watchRules(stack, join(ROOT, "rules"), log),
  ];
  log(`✓ crons     ${crons.join(" and ")}, the minutely ones every 10 s`);
  log("✓ rules     rules/*.yml are watched: save one and it is in use");
  await makeLocalChannels(stack, stack.emulators, options.dataDir).then(
    (outcome) => log(`✓ channels  ${outcome}`),
    (error) => log(`✗ channels  ${error.message}`),
  );
  if (options.samples) stops.push(dripSamples(stack, 2_000));
  log(
    options.samples
      ? "✓ samples   a post of samples/posts.jsonl every 2 s"
      : "- samples   off (--no-samples), and with them the emulated sources",
  );
  return () => {
    for (const stop of stops) stop();
  };
}

async function printAddresses(stack: Stack, dataDir: string, seconds: number): Promise<void> {
  const { url, emulators } = stack;
  const operate = await oneTimeLink(stack, Date.now()).catch(() => `${url}/operate`);
  log(`
Ready in ${seconds.toFixed(1)} s.
  page       ${url}/
  operate    ${operate}
             rules, channels, deliveries, dead letters; this link works once, for 12 hours
  events     ${url}/events    signals ${url}/signals    health ${url}/healthz
  emulators  ${emulators}/    stand in for every outside service; set faults: Services on the page
             what a channel received: ${emulators}/requests/telegram
             with --traces, each post's spans: ${emulators}/otlp/traces
  admin key  in ${join(dataDir, "admin-key")}; --renew-key makes another

Try next:
  npm run -s stream -- tail                    signals and deliveries as they happen
  npm run -s stream -- post samples/posts.jsonl
  change a weight in rules/rules.yml and save: the next signal uses it
  npm run setup, then npm run deploy           the same, worldwide (docs/deploy.md)
Stop with Ctrl-C.`);
}

const options = settledOptions();
const stopping = new AbortController();
let stack: Stack | undefined;
let stopCompanions = () => {};
const began = performance.now();
const stopAll = async () => {
  stopping.abort();
  stopCompanions();
  await stack?.stop();
};
stopOnSignal(stopAll);
try {
  stack = await startStack({ ...options, signal: stopping.signal }, log);
  stopCompanions = await startCompanions(stack, options);
  await printAddresses(stack, options.dataDir, (performance.now() - began) / 1000);
  openPage(`${stack.url}/`, options.open);
  if (options.postsFile) {
    log(`\nFeeding ${options.postsFile}`);
    await feedFile(stack, options.postsFile, log);
  }
} catch (error) {
  // A stop that the user asked for makes the start fail; that is no error.
  const asked = stopping.signal.aborted;
  if (!asked) console.error(`✗ ${explainStartFailure(error)}`);
  await stopAll();
  process.exit(asked ? 0 : 1);
}
