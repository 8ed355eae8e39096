/** The process that runs the Worker in workerd: `main.ts FILE`, which holds a `Job`. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { type Bundle, buildProblems, bundle } from "./bundle.ts";
import { derivedBindings } from "./derived-bindings.ts";
import { watchEdits } from "./edits.ts";
import type { Job } from "./job.ts";
import { readLocalConfig } from "./local-config.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Job;
const config = readLocalConfig(job.config);
const pages = config.assets.directory;

/** The Worker, or undefined when it does not build, which the log then says. */
const built = (): Promise<Bundle | undefined> =>
  bundle(config, ROOT).catch(async (error: unknown) => {
    console.error(`${await buildProblems(error)}Build failed`);
    return undefined;
  });

// Each of the three is a second's work, and the machine has more than one core.
const [bindings, first, { openRuntime, writeLine }] = await Promise.all([
  derivedBindings(job.config),
  built(),
  import("./runtime.ts"),
]);
const runtime = openRuntime(job, config.name, bindings);

/** A saved file of rules is sent to the Worker that runs (local/rules-watch.ts). */
const isFollowed = (folder: string): boolean =>
  !folder.includes(`${sep}node_modules${sep}`) && folder !== join(ROOT, "rules");
const foldersOf = ({ inputs }: Bundle): string[] =>
  [...new Set([...inputs].map(dirname))].filter(isFollowed);
const pageFolders = (): string[] =>
  readdirSync(pages, { recursive: true, withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map((each) => join(each.parentPath, each.name));

async function run(first: Bundle): Promise<void> {
  let current = first;
  let isBroken = false;
  const follow = watchEdits(async (files) => {
    const arePages = [...files].some((file) => file.startsWith(pages));
    // What a broken Worker is made of is not known: the file that it lacks may have come.
    const areSources = isBroken || [...files].some((file) => current.inputs.has(file));
    const edited = areSources ? await built() : current;
    isBroken = edited === undefined;
    if (edited === undefined || (edited.code === current.code && !arePages)) return;
    current = edited;
    follow(foldersOf(edited));
    await runtime.run(edited).then(
      () => writeLine("the Worker was loaded anew"),
      (error: unknown) => writeLine(`the Worker was not loaded: ${error}`),
    );
  });
  follow([...foldersOf(first), pages, ...pageFolders()]);
  await runtime.run(first);
}

const end = () => {
  void runtime.end().finally(() => process.exit());
};
process.on("disconnect", end);
process.on("SIGTERM", end);
// A Worker that does not build is waited for: the start reads the log and ends this process.
if (first) await run(first);
