import { enableCompileCache } from "node:module";

/**
 * Before anything else is loaded: keeps compiled modules, which halves the time to the first line.
 */
enableCompileCache();

/** `stream events | head` closes the pipe: that is no failure. */
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? 0 : 1),
);

const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
