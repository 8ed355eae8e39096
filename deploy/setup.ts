import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { settingGroups } from "../src/settings/catalogue.ts";
import { settingProblems } from "../src/settings/registry.ts";
import { findAccount } from "./account.ts";
import { readDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import { Refusal } from "./refusal.ts";
import { findToken } from "./wrangler.ts";

/** What a setup needs of the person and the machine. */
export type SetupPorts = {
  /** Shows a question and answers what was typed; "" skips it. */
  ask(question: string): Promise<string>;
  out(line: string): void;
  /** Calls the services whose keys are given. Throws a Refusal when one says no. */
  testTelegram(token: string): Promise<string>;
  testRedis(url: string, token: string): Promise<void>;
};

type Answers = Record<string, string>;

/** A question that is asked until its answer works, or is skipped. */
async function asked(
  ports: SetupPorts,
  question: string,
  test: (answer: string) => Promise<string>,
): Promise<string | undefined> {
  for (;;) {
    const answer = (await ports.ask(question)).trim();
    if (answer === "") return undefined;
    try {
      ports.out(`✓ ${await test(answer)}`);
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      ports.out(`✗ ${error.message}`);
    }
  }
}

async function askDatabase(ports: SetupPorts): Promise<Answers> {
  const url = await asked(
    ports,
    "The connection string of your database (neon.tech, Connect, the owner's): ",
    async (answer) => {
      if (!/^postgres(ql)?:\/\//.test(answer) || !URL.canParse(answer))
        throw new Refusal("it begins with postgresql:// and holds user, password and host");
      const { server, role, makesRoles } = await readDatabase(answer);
      if (!makesRoles)
        throw new Refusal(`${role} may not make roles: take the owner's connection string`);
      return `PostgreSQL ${server} as ${role}; the Worker gets a role of its own`;
    },
  );
  if (url === undefined) throw new Refusal("without a database there is nothing to deploy");
  return { DATABASE_URL: url };
}

async function askRedis(ports: SetupPorts): Promise<Answers> {
  const url = (await ports.ask("Upstash's REST URL (caches, shared limits; Enter: none): ")).trim();
  if (url === "") return {};
  const token = await asked(ports, "Its token: ", async (answer) => {
    await ports.testRedis(url, answer);
    return "Redis answers";
  });
  if (token === undefined) return {};
  return { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token };
}

async function askTelegram(ports: SetupPorts): Promise<Answers> {
  const token = await asked(
    ports,
    "The token of your Telegram bot (/newbot to @BotFather; Enter: none): ",
    (answer) => ports.testTelegram(answer),
  );
  return token === undefined ? {} : { TELEGRAM_BOT_TOKEN: token };
}

/** The first key of each source that has one; who skips it leaves the source off. */
async function askSources(ports: SetupPorts, have: Answers): Promise<Answers> {
  const found: Answers = {};
  for (const { title, entries } of settingGroups())
    for (const { name, description, needed } of entries.slice(0, 1)) {
      if (!title.startsWith("Source ") || !needed || have[name] !== undefined) continue;
      const answer = (await ports.ask(`${title}: ${description}\n${name} (Enter: off): `)).trim();
      if (answer !== "") found[name] = answer;
    }
  return found;
}

/** Where the Worker will answer, when a login is there to tell. */
async function findAddress(env: Environment): Promise<Answers> {
  const token = await findToken(process.env.CLOUDFLARE_API_TOKEN);
  if (token === undefined) return {};
  try {
    const accountId = process.env.CLOUDFLARE_ACCOUNT_ID;
    const { api, id } = await findAccount({ token, accountId });
    const path = `/accounts/${id}/workers/subdomain`;
    const { subdomain } = await api.call<{ subdomain: string }>("GET", path);
    return { PUBLIC_URL: `https://${env.worker}.${subdomain}.workers.dev` };
  } catch (error) {
    if (error instanceof Refusal) return {};
    throw error;
  }
}

/** In quotes that the value does not hold, as every reader of such files takes it. */
function line(name: string, value: string): string {
  const quote = ["'", '"', "`"].find((each) => !value.includes(each));
  if (quote === undefined) throw new Refusal(`${name} holds all three kinds of quotes`);
  return `${name}=${quote}${value}${quote}`;
}

/** Each key with what it is for. */
function fileText(answers: Answers, kept: string): string {
  const about = new Map(
    settingGroups().flatMap(({ entries }) =>
      entries.map(({ name, description }) => [name, description]),
    ),
  );
  const lines = Object.entries(answers).map(
    ([name, value]) => `# ${about.get(name) ?? ""}\n${line(name, value)}`,
  );
  return `${[kept.trimEnd(), ...lines].filter(Boolean).join("\n\n")}\n`;
}

/**
 * Asks for what cannot be found out, tries each answer, and writes the settings file for its owner
 * alone. What the file holds already is neither asked for nor changed. Answers the names that were
 * written.
 */
export async function runSetup(
  ports: SetupPorts,
  env: Environment,
  file: string,
): Promise<string[]> {
  const kept = existsSync(file) ? readFileSync(file, "utf8") : "";
  const have = Object.fromEntries(
    Object.entries(parseEnv(kept)).filter((entry): entry is [string, string] => !!entry[1]),
  );
  const missing = (name: string) => have[name] === undefined;
  const answers: Answers = {
    ...(missing("DATABASE_URL") ? await askDatabase(ports) : {}),
    ...(missing("UPSTASH_REDIS_REST_URL") ? await askRedis(ports) : {}),
    ...(missing("TELEGRAM_BOT_TOKEN") ? await askTelegram(ports) : {}),
    ...(await askSources(ports, have)),
    ...(missing("PUBLIC_URL") ? await findAddress(env) : {}),
    ...(missing("SECRETS_KEY") ? { SECRETS_KEY: randomBytes(32).toString("base64url") } : {}),
    ...(missing("ADMIN_KEY") && kept === "" ? { ADMIN_KEY: newAdminKey() } : {}),
  };
  const problems = settingProblems({ ...have, ...answers });
  if (problems.length > 0) throw new Refusal(`not written: ${problems.join("; ")}`);
  writeFileSync(file, fileText(answers, kept), { mode: 0o600 });
  return Object.keys(answers);
}

const newAdminKey = (): string => `ess_first.${randomBytes(24).toString("hex")}`;
