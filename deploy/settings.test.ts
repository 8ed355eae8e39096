import { expect, it } from "vitest";
import { readDeploySettings } from "./settings.ts";

const SECRETS_KEY = "k".repeat(32);
const DATABASE = `DATABASE_URL=postgresql://a@b/c\nSECRETS_KEY=${SECRETS_KEY}`;

it("takes a filled-in file, whose empty lines are unset", () => {
  const read = readDeploySettings(`${DATABASE}\nSPAM_FROM=\nTELEGRAM_BASE_URL=`);
  expect(read).toMatchObject({ problems: [], warnings: [] });
  expect(Object.keys(read.variables)).toEqual(["DATABASE_URL", "SECRETS_KEY"]);
});

it("refuses wrong values of the core, of channels, sources and enrichers", () => {
  const { problems } = readDeploySettings(
    "SPAM_FROM=high\nPUBLIC_URL=here\nGITHUB_REPOS=bitcoin\nRISK_TAX_RED=low",
  );
  for (const name of ["DATABASE_URL", "SPAM_FROM", "PUBLIC_URL", "GITHUB_REPOS", "RISK_TAX_RED"])
    expect(problems).toContainEqual(expect.stringContaining(name));
});

it.each([
  ["LOCAL=1", /^LOCAL is for npm start alone/],
  ["EGRESS_ALLOW=10.0.0.1:80", /^EGRESS_ALLOW is for npm start alone/],
  ["EMULATORS_URL=https://e.example", /^EMULATORS_URL is for npm start alone/],
  ["NEON_FETCH_ENDPOINT=https://n.example", /^NEON_FETCH_ENDPOINT is for npm start alone/],
  ["GOPLUS_BASE_URL=http://127.0.0.1:4000/goplus", /^GOPLUS_BASE_URL leads to this machine/],
  ["UPSTASH_REDIS_REST_URL=http://localhost:1", /^UPSTASH_REDIS_REST_URL leads to this machine/],
  ["PUBLIC_URL=http://[::1]:8787", /^PUBLIC_URL leads to this machine/],
])("refuses %s, a setting of the twin", (line, problem) => {
  const { problems } = readDeploySettings(`${DATABASE}\n${line}`);
  expect(problems).toEqual([expect.stringMatching(problem)]);
});

it("lets a deployment to an account on this machine reach this machine", () => {
  const text = "DATABASE_URL=postgresql://a:b@127.0.0.1:5432/c";
  expect(readDeploySettings(text, { emulated: true }).problems).toEqual([]);
  expect(readDeploySettings(text).problems).toHaveLength(1);
});

it("warns of a name that nothing reads, and of a variable of the shell that does not count", () => {
  const shell = { SPAM_FROM: "0.9", LANGUAGES: "en", PATH: "/bin", DATABASE_URL: "" };
  expect(readDeploySettings(`${DATABASE}\nLANGAUGES=en\nLANGUAGES=en`, { shell }).warnings).toEqual(
    [
      "LANGAUGES is not a setting that anything reads; is LANGUAGES meant?",
      "SPAM_FROM of the shell is ignored: the settings file alone counts",
    ],
  );
});

it("warns when the secrets of channels would be stored in clear", () => {
  const { warnings } = readDeploySettings("DATABASE_URL=postgresql://a@b/c");
  expect(warnings).toEqual([expect.stringContaining("SECRETS_KEY is not set")]);
});

it("never uploads what says who deploys", () => {
  const { variables, deployer } = readDeploySettings(
    `${DATABASE}\nCLOUDFLARE_API_TOKEN=t\nMIGRATIONS_DATABASE_URL=postgresql://owner@b/c`,
  );
  expect(Object.keys(variables)).toEqual(["DATABASE_URL", "SECRETS_KEY"]);
  expect(deployer).toEqual({
    CLOUDFLARE_API_TOKEN: "t",
    MIGRATIONS_DATABASE_URL: "postgresql://owner@b/c",
  });
});

it("keeps every character of a value", () => {
  const text = `${DATABASE}\nAPIFY_SEARCH='$BTC OR \${HOME}'\nGCP='{"k":"it is"}'`;
  expect(readDeploySettings(text, { shell: { HOME: "/h" } }).variables).toMatchObject({
    APIFY_SEARCH: "$BTC OR ${HOME}",
    GCP: '{"k":"it is"}',
  });
});
