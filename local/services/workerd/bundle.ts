import { isBuiltin } from "node:module";
import { extname, resolve } from "node:path";
import { type BuildFailure, build, formatMessages, type Plugin, stop } from "esbuild";
import type { LocalConfig } from "./local-config.ts";

export type Bundle = {
  code: string;
  /** The source map of `code`, as JSON. */
  map: string;
  /** Absolute paths of the files that it is made of. */
  inputs: ReadonlySet<string>;
};

const BUILTIN = "node-built-in-modules";

/** workerd has Node's modules as imports alone, and CommonJS packages require them. */
const requiredBuiltins: Plugin = {
  name: "required-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^cloudflare:/ }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /^[a-z0-9_:/]+$/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      if (kind !== "require-call") return { path, external: true };
      return { path, namespace: BUILTIN };
    });
    onLoad({ filter: /./, namespace: BUILTIN }, ({ path }) => ({
      contents: `import libDefault from '${path}'; module.exports = libDefault;`,
    }));
  },
};

/**
 * The Worker as `wrangler deploy` bundles it: a test compares the two. Files of text are part of
 * it. esbuild's process ends with the build: it holds 200 MB, and an edit is rare.
 */
export async function bundle(
  config: Pick<LocalConfig, "main" | "keep_names" | "rules">,
  root: string,
): Promise<Bundle> {
  const texts = config.rules.flatMap(({ globs }) => globs.map((glob) => extname(glob)));
  const { outputFiles, metafile } = await build({
    entryPoints: [config.main],
    absWorkingDir: root,
    outdir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    target: "es2024",
    supported: { using: true, "import-source": true },
    conditions: ["workerd", "worker", "browser"],
    keepNames: config.keep_names,
    define: {
      "navigator.userAgent": '"Cloudflare-Workers"',
      "process.env.NODE_ENV": '"production"',
      "global.process.env.NODE_ENV": '"production"',
      "globalThis.process.env.NODE_ENV": '"production"',
    },
    loader: Object.fromEntries(texts.map((extension) => [extension, "text"])),
    sourcemap: "external",
    sourcesContent: false,
    logLevel: "silent",
    plugins: [requiredBuiltins],
  }).finally(stop);
  const [entry] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint);
  if (!entry?.exports.includes("default"))
    throw new Error(`${config.main} exports no Worker: it is saved in part, or broken`);
  const files = Object.keys(metafile.inputs).filter((path) => !path.startsWith(`${BUILTIN}:`));
  const output = (extension: string): string =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? "";
  return {
    code: output(".js"),
    map: output(".map"),
    inputs: new Set(files.map((path) => resolve(root, path))),
  };
}

/** Why the Worker does not build, each problem with its place in the sources. */
export async function buildProblems(error: unknown): Promise<string> {
  const { errors = [{ text: String(error) }] } = error as Partial<BuildFailure>;
  const lines = await formatMessages(errors, { kind: "error" });
  await stop();
  return lines.join("");
}
