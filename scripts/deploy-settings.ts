import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { settingProblems, unknownSettings } from "../src/settings/registry.ts";
import { SECRETS_IN_CLEAR } from "../src/settings/settings.ts";

/** What a deployment would upload, why it must not, and what it probably does not mean. */
export type DeploySettings = {
  variables: Record<string, string>;
  problems: string[];
  warnings: string[];
};

/** Reads the NAME=value lines of a settings file. */
export function readDeploySettings(text: string): DeploySettings {
  const variables = Object.fromEntries(
    Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? ""]),
  );
  const local = variables.LOCAL === undefined ? [] : ["LOCAL is for npm start alone; remove it"];
  return {
    variables,
    problems: [...settingProblems(variables), ...local],
    warnings: [
      ...unknownSettings(Object.keys(variables)),
      ...(variables.SECRETS_KEY ? [] : [SECRETS_IN_CLEAR]),
    ],
  };
}

/**
 * Hands the secrets to `upload` as a JSON file, which only this user can read and which is deleted
 * afterwards. wrangler would replace `$NAME` in a file of NAME=value lines.
 */
export async function withSecretsFile<T>(
  variables: Record<string, string>,
  upload: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "deploy-"));
  const file = join(folder, "secrets.json");
  try {
    writeFileSync(file, JSON.stringify(variables), { mode: 0o600 });
    return await upload(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
