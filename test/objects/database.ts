import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    databaseUrl: string;
    fetchEndpoint: string;
  }
}

/**
 * A PostgreSQL for the objects of one run, behind the front that speaks Neon's protocol. In a
 * process of its own: here modules are resolved as for workerd.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "postgres.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { url, fetchEndpoint } = JSON.parse(line) as { url: string; fetchEndpoint: string };
  project.provide("databaseUrl", url);
  project.provide("fetchEndpoint", fetchEndpoint);
  return async () => {
    child.stdin.end();
    await once(child, "exit");
  };
}
