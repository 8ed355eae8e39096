/**
 * `npm run setup [-- --env NAME] [--settings FILE]`: asks what a deployment needs, tries each
 * answer and writes the settings file.
 */
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { environmentOf, PRODUCTION } from "../deploy/environment.ts";
import { Refusal } from "../deploy/refusal.ts";
import { runSetup } from "../deploy/setup.ts";
import { testRedis, testTelegram } from "../deploy/setup-keys.ts";

const USAGE = `npm run setup -- [--env NAME] [--settings FILE]

Asks for what cannot be found out, tries each answer at once, and writes the settings file with a
comment for each key. Enter skips what is not needed. What the file holds already stays.

  --env NAME        the environment (default production)
  --settings FILE   default .env.NAME`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      env: { type: "string", default: PRODUCTION },
      settings: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const file = values.settings ?? `.env.${values.env}`;
  const terminal = createInterface({ input: process.stdin, terminal: false });
  const lines = terminal[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    process.stdout.write(question);
    const { value, done } = await lines.next();
    return done ? "" : value;
  };
  try {
    const out = (text: string) => console.log(text);
    const ports = { ask, out, testTelegram, testRedis };
    const written = await runSetup(ports, environmentOf(values.env), file);
    out(`\n✓ ${file}: ${written.length > 0 ? written.join(", ") : "nothing was missing"}`);
    const env = values.env === PRODUCTION ? "" : ` --env ${values.env}`;
    out(`Next: npm run -s stream -- check-keys --settings ${file}, npm run deploy --${env}`);
    return 0;
  } finally {
    terminal.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Refusal ? `✗ ${error.message}` : error);
  process.exitCode = 1;
}
