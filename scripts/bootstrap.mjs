/**
 * The first file that runs on a fresh clone, so it is plain JavaScript without a dependency and
 * runs on Node 20. It installs the packages when they are missing or older than the lock file, then
 * runs a script (or `--bin NAME`) under the Node 24 that came with them: wrangler and vitest refuse
 * the older one that many machines have.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bins = join(root, "node_modules", ".bin");
const installed = join(root, "node_modules", ".package-lock.json");
const lock = join(root, "package-lock.json");
const windows = process.platform === "win32";

const say = (line) => process.stderr.write(`${line}\n`);
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;

/** Why an install is needed, or undefined when what is there is good. */
function missing() {
  const have = changedAt(installed);
  if (have === undefined) return "node_modules is missing";
  const want = changedAt(lock);
  return want !== undefined && want > have
    ? "package-lock.json is newer than node_modules"
    : undefined;
}

/**
 * Two commands typed at once must not install over each other: a directory is the lock, kept fresh
 * while it is held.
 */
async function withInstallLock(work) {
  const held = join(root, ".npm-install.lock");
  for (let told = false; ; told = true) {
    try {
      mkdirSync(held);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const age = Date.now() - (changedAt(held) ?? Date.now());
      if (age > 15_000) rmSync(held, { recursive: true, force: true });
      else if (!told) say("Another command is installing the packages: waiting for it.");
      await pause(500);
    }
  }
  const beat = setInterval(
    () => existsSync(held) && utimesSync(held, new Date(), new Date()),
    3_000,
  );
  const release = () => {
    clearInterval(beat);
    rmSync(held, { recursive: true, force: true });
  };
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * A signal to npm alone ends the shell between npm and us, which passes nothing on: then the one
 * who started us is gone, and so should we be.
 */
function whenOrphaned(act) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  return setInterval(() => process.ppid !== parent && act(), 500);
}

/**
 * Runs a program with this terminal and answers its exit code; a signal to us reaches it once, and
 * we wait for its end.
 */
function run(file, args, { env = process.env, stdout = "inherit" } = {}) {
  return new Promise((done) => {
    const child = spawn(file, args, {
      cwd: root,
      env,
      stdio: ["inherit", stdout, "inherit"],
      shell: windows && !file.endsWith(".exe"),
    });
    // A terminal sends Ctrl-C to the whole group, the child included: forwarding it would deliver
    // it twice.
    const ignore = () => {};
    const forward = (signal) => child.kill(signal);
    process.on("SIGINT", process.stdin.isTTY ? ignore : forward);
    process.on("SIGTERM", forward);
    process.on("SIGHUP", forward);
    const watch = whenOrphaned(() => child.kill("SIGTERM"));
    const finish = (code) => {
      clearInterval(watch);
      process
        .off("SIGINT", ignore)
        .off("SIGINT", forward)
        .off("SIGTERM", forward)
        .off("SIGHUP", forward);
      done(code);
    };
    child.on("error", (error) => {
      say(`${file} cannot run: ${error.message}`);
      finish(1);
    });
    child.on("exit", (code, signal) => finish(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

async function install() {
  await withInstallLock(async () => {
    const why = missing();
    if (!why) return;
    say(`Installing packages with npm ci (${why}); this takes a few minutes the first time.`);
    const code = await run(
      "npm",
      ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
      { stdout: 2 },
    );
    if (code !== 0) {
      say(
        `npm ci failed with exit code ${code}. Check the network and the registry (npm config ` +
          `get registry), then run the command again.`,
      );
      process.exitCode = code;
      return;
    }
    utimesSync(installed, new Date(), new Date());
  });
}

/**
 * The bundled Node 24, or the running one when the platform has none and it is new enough: the
 * program and its flags.
 */
function chooseNode() {
  const quiet = "--disable-warning=ExperimentalWarning";
  const bundled = join(bins, windows ? "node.cmd" : "node");
  if (existsSync(bundled)) return [bundled, quiet];
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 12)) {
    say(
      `No bundled Node for ${process.platform}-${process.arch}: using the running ` +
        `${process.version}.`,
    );
    return [process.execPath, quiet, ...(major === 22 ? ["--experimental-strip-types"] : [])];
  }
  say(
    `No bundled Node for ${process.platform}-${process.arch}, and the running ${process.version} ` +
      `is too old: install Node 22.12 or newer.`,
  );
  return undefined;
}

const args = process.argv.slice(2);
if (args.length === 0 || (args[0] === "--bin" && args.length === 1)) {
  say("usage: node scripts/bootstrap.mjs SCRIPT.ts [args...] | --bin NAME [args...]");
  process.exit(2);
}
if (missing()) await install();
if (process.exitCode) process.exit();
const node = chooseNode();
if (!node) process.exit(1);
const env = { ...process.env, PATH: `${bins}${delimiter}${process.env.PATH ?? ""}` };
process.exitCode =
  args[0] === "--bin"
    ? await run(join(bins, windows ? `${args[1]}.cmd` : args[1]), args.slice(2), { env })
    : await run(node[0], [...node.slice(1), ...args], { env });
