import { existsSync, readFileSync, statSync } from "node:fs";
import { expect, it } from "vitest";
import { readDeploySettings, withSecretsFile } from "../scripts/deploy-settings.ts";

const DATABASE = `DATABASE_URL=postgresql://a@b/c\nSECRETS_KEY=${"k".repeat(32)}`;

it("takes a filled-in file, whose empty lines are unset", () => {
  expect(readDeploySettings(`${DATABASE}\nSPAM_FROM=\nTELEGRAM_BASE_URL=`)).toMatchObject({
    problems: [],
    warnings: [],
  });
});

it("refuses wrong values of the core, of channels, sources and enrichers, and LOCAL", () => {
  const { problems } = readDeploySettings(
    "SPAM_FROM=high\nPUBLIC_URL=here\nGITHUB_REPOS=bitcoin\nRISK_TAX_RED=low\nLOCAL=1",
  );
  for (const name of ["DATABASE_URL", "SPAM_FROM", "PUBLIC_URL", "GITHUB_REPOS", "RISK_TAX_RED"])
    expect(problems).toContainEqual(expect.stringContaining(name));
  expect(problems).toContain("LOCAL is for npm start alone; remove it");
});

it("warns of a name that nothing reads", () => {
  expect(readDeploySettings(`${DATABASE}\nLANGAUGES=en`).warnings).toEqual([
    "LANGAUGES is not a setting that anything reads; is LANGUAGES meant?",
  ]);
});

it("warns when the secrets of channels would be stored in clear", () => {
  const { warnings } = readDeploySettings("DATABASE_URL=postgresql://a@b/c");
  expect(warnings).toEqual([expect.stringContaining("SECRETS_KEY is not set")]);
});

it("uploads every character of a secret from a private file that does not stay", async () => {
  const variables = { APIFY_SEARCH: "$BTC OR ${HOME}", GCP_SA_JSON: `{"k":"it's"}` };
  const seen = await withSecretsFile(variables, async (file) => ({
    file,
    mode: statSync(file).mode & 0o777,
    content: JSON.parse(readFileSync(file, "utf8")),
  }));
  expect(seen).toMatchObject({ mode: 0o600, content: variables });
  expect(existsSync(seen.file)).toBe(false);
});
