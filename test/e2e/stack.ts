import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Stack, startStack } from "../../local/stack.ts";
import { freePorts } from "../../local/supervisor/ports.ts";

export type TestStack = Stack & {
  dataDir: string;
};

/**
 * The whole product on free ports with a data folder of its own, which `stop` deletes. It starts in
 * seconds to a minute: use one a file.
 * `settings` are the Worker's variables over all others. No cron ticks here.
 */
export async function startTestStack(settings: Record<string, string> = {}): Promise<TestStack> {
  const dataDir = mkdtempSync(join(tmpdir(), "stack-"));
  const [port = 0] = await freePorts(1);
  const lines: string[] = [];
  try {
    const stack = await startStack({ port, dataDir, settings }, (line) => lines.push(line));
    const stop = async () => {
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    };
    return { ...stack, dataDir, stop };
  } catch (error) {
    throw new Error(
      `the stack did not start:\n${lines.join("\n")}\nits logs are in ${dataDir}/logs`,
      { cause: error },
    );
  }
}

/** Sets one provider's faults; without settings it works again. See local/emulators/faults.ts. */
export async function setFault(
  { emulators }: Pick<Stack, "emulators">,
  provider: string,
  settings?: Record<string, unknown>,
): Promise<void> {
  const init =
    settings === undefined
      ? { method: "DELETE" }
      : { method: "PUT", body: JSON.stringify(settings) };
  const response = await fetch(`${emulators}/faults/${provider}`, init);
  if (!response.ok)
    throw new Error(`the emulators answered ${response.status}: ${await response.text()}`);
}
