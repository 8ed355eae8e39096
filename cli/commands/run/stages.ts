import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VOCABULARY } from "../../../src/enrich/registry.ts";
import { type EventRows, memoryRows } from "../../../src/events/rows.ts";
import { parseBlacklist } from "../../../src/filter/blacklist.ts";
import type { FilterVerdict } from "../../../src/filter/filter.ts";
import { repeatHash } from "../../../src/intake/repeat-hash.ts";
import { type Clock, iso } from "../../../src/kit/time.ts";
import type { Mention } from "../../../src/model/mention.ts";
import type { Post } from "../../../src/model/post.ts";
import { postKey, type RawPost } from "../../../src/model/raw-post.ts";
import type { Signal } from "../../../src/model/signal.ts";
import {
  decide,
  filterPost,
  type JudgeResult,
  type JudgeSettings,
  judge,
} from "../../../src/pipeline.ts";
import { parseAuthors } from "../../../src/refine/authors.ts";
import { parseCoins } from "../../../src/refine/coins.ts";
import { refine } from "../../../src/refine/refine.ts";
import { loadRules } from "../../../src/rules/load.ts";
import type { Ruleset } from "../../../src/rules/score.ts";
import { settingsProblem } from "../../../src/settings/define.ts";
import { ruleVariables } from "../../../src/settings/parse.ts";
import { JudgingSettings } from "../../../src/settings/settings.ts";
import type { Store } from "../../../src/store/index.ts";
import { memoryStore } from "../../../src/store/memory/index.ts";
import { UsageError } from "../../command.ts";
import { type KnownFacts, readFacts } from "./facts.ts";

/** The last stage that a post passes. */
export type Until = "filter" | "refine" | "score";

/** How one post left the stages. The same code as on the server, over a store in memory. */
export type StageRunner = (post: RawPost, until: Until) => Promise<object>;

export type Setup = {
  rules: string | undefined;
  facts: string | undefined;
  /** Hears of facts that are not taken. */
  warn(line: string): void;
  now: Clock;
  env: Readonly<Record<string, string | undefined>>;
};

const RULES_FOLDER = join(import.meta.dirname, "..", "..", "..", "rules");

export function stageRunner({ rules: file, facts, warn, now, env }: Setup): StageRunner {
  const settings = settingsOf(env);
  const rules = rulesOf(file ?? join(RULES_FOLDER, "rules.yml"), env);
  const known = readFacts(facts === undefined ? "{}" : read(facts), facts ?? "", warn);
  const store = memoryStore();
  const events = new Map<string, HeldEvent>();
  return (post, until) =>
    until === "filter"
      ? filtered(post, settings)
      : judged(post, until, { settings, store, rules, known, events, now });
}

async function filtered(post: RawPost, settings: JudgeSettings): Promise<object> {
  const verdict = filterPost(post, settings);
  return verdict.kind === "keep"
    ? { outcome: "kept", post: { ...post, ...seenBy(verdict) } }
    : {
        outcome: "dropped",
        reason: verdict.reason,
        evidence: verdict.evidence,
        ...seenBy(verdict),
      };
}

const seenBy = ({ lang, spam, marks }: FilterVerdict): object => ({
  lang,
  spam,
  ...(marks.length > 0 && { marks }),
});

type HeldEvent = { rows: EventRows; rev: number; signal: Signal | null };
const newEvent = (): HeldEvent => ({ rows: memoryRows(), rev: 0, signal: null });

type Scoring = {
  settings: JudgeSettings;
  store: Store;
  rules: Ruleset;
  known: KnownFacts;
  /** The events so far, by key. */
  events: Map<string, HeldEvent>;
  now: Clock;
};

/**
 * A post that names no token is dropped by scoring only: before that, it shows what was read in it.
 */
async function judged(post: RawPost, until: Until, ports: Scoring): Promise<object> {
  const result = judge(post, ports.settings);
  const repeat = await repeatOf(post, result, ports);
  if (repeat !== undefined) return { outcome: "duplicate", reason: repeat };
  if (result.kind === "drop") {
    const { reason, evidence, lang, spam } = result.judgement;
    const read = until === "refine" && reason === "no_token";
    if (read)
      return {
        outcome: "kept",
        post: shown(refine(post, { lang, spam: spam ?? 0 }, ports.settings.refine)),
      };
    return { outcome: "dropped", reason, evidence };
  }
  if (until === "refine") return { outcome: "kept", post: shown(result.post) };
  const signals: object[] = [];
  for (const mention of result.post.mentions) signals.push(await commit(mention, ports));
  return { outcome: "kept", post: shown(result.post), signals };
}

/** The post with the tokens that it speaks of, the most important first. */
const shown = (post: Post): object => ({
  ...post,
  tokens: post.mentions.map(({ token: { chain, tokenCa, symbol } }) => ({
    chain,
    ...(tokenCa !== null && { tokenCa }),
    ...(symbol !== null && { symbol }),
  })),
});

/** The post that this one repeats, in the server's words; undefined when it is the first. */
async function repeatOf(
  post: RawPost,
  result: JudgeResult,
  { store, now }: Scoring,
): Promise<string | undefined> {
  const at = iso(now());
  const { fresh } = await store.accept([{ post, textHash: repeatHash(post) }], at);
  if (fresh.length === 0) return `repeat of ${postKey(post)}`;
  const { duplicates, waiting } = await store.recordJudgements([result.judgement], at);
  // Posts come one after another here: one that was kept is not dropped any more.
  if (waiting[0] !== undefined) return `repeat of ${waiting[0].behind}`;
  if (duplicates.length === 0) return undefined;
  return (await store.post(post.source, post.id))?.reason ?? "repeat";
}

async function commit(mention: Mention, ports: Scoring): Promise<object> {
  const { store, rules, known, events, now } = ports;
  const { eventKey } = mention;
  const { rows, rev, signal: previous } = events.get(eventKey) ?? newEvent();
  const answers = known(mention.token, iso(now()));
  const { change, after } = decide(
    { rev, gathered: { rows }, signal: previous },
    {
      mentions: [mention],
      answers,
      rules,
      channels: [],
      now: now(),
    },
  );
  const result = await store.commit(change);
  if (result.kind === "committed") {
    rows.write(after.gathered.rows.changes());
    events.set(eventKey, { rows, rev: result.rev, signal: after.signal });
  }
  const { facts, ...signal } = change.signal;
  const { type, symbol, chain, tokenCa, evidenceCount, uniqueAuthors, copies } = change.event;
  return {
    ...signal,
    type,
    typeConfidence: facts.values.type_confidence ?? null,
    symbol,
    chain,
    tokenCa,
    evidenceCount,
    uniqueAuthors,
    copies,
    featuresSnapshot: facts,
  };
}

function rulesOf(file: string, env: Setup["env"]): Ruleset {
  const loaded = loadRules(read(file), ruleVariables(env), VOCABULARY);
  if (loaded.kind === "loaded") return loaded.rules;
  const problems = loaded.problems.map(
    ({ line, column, message }) => `\n  ${file}:${line}:${column} ${message}`,
  );
  throw new UsageError(`the rules do not load:${problems.join("")}`);
}

function settingsOf(env: Setup["env"]): JudgeSettings {
  const blacklist = parseBlacklist(read(join(RULES_FOLDER, "blacklist.yml")));
  const authors = parseAuthors(read(join(RULES_FOLDER, "authors.yml")));
  const coins = parseCoins(read(join(RULES_FOLDER, "coins.yml")));
  if (blacklist.kind !== "loaded" || authors.kind !== "loaded" || coins.kind !== "loaded")
    throw new UsageError("a list in rules/ cannot be read");
  const given = JudgingSettings.safeParse(env);
  if (!given.success) throw new UsageError(settingsProblem(given.error));
  const {
    EVENT_WINDOW_MINUTES: windowMinutes,
    LANGUAGES: languages,
    SPAM_FROM: spamFrom,
  } = given.data;
  return {
    filter: { languages, spamFrom, blacklist: blacklist.value },
    refine: { windowMinutes, authors: authors.value, coins: coins.value },
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}
